package org.flowprior.cli.forward;

import java.util.List;
import org.flowprior.autoencoder.AutoencoderConfig;
import org.flowprior.autoencoder.AutoencoderNoise;
import org.flowprior.autoencoder.DiffAugment;
import org.flowprior.autoencoder.KlBottleneck;
import org.flowprior.autoencoder.LatentDraws;
import org.flowprior.autoencoder.RepaAlign;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;
import org.flowprior.train.autoencoder.AutoencoderLossConfig;

/** The random numbers of a training step, from an input file. */
final class NoiseTensors {

    private NoiseTensors() {}

    static AutoencoderNoise read(InputTensors in, AutoencoderConfig config, AutoencoderLossConfig loss, long batch) {
        long tokens = config.latentTokens();
        long channels = config.latentChannels();
        long draws = loss.alignment().flowMul();
        boolean aligned = !loss.alignment().prior().isEmpty();
        boolean shuffled = config.repa() != null && config.repa().align() == RepaAlign.AVG_1D_SHUFFLE;
        return new AutoencoderNoise(
                new LatentDraws(
                        config.bottleneck() instanceof KlBottleneck.Options
                                ? in.get("latentNoise", batch, tokens, channels) : null,
                        shuffled ? in.get("permutation", config.repa().model().patches()).to(DType.INT64) : null),
                aligned ? in.get("times", draws, batch, tokens) : null,
                aligned ? in.get("noise", draws, batch, tokens, channels) : null,
                view(in, "generated", batch), view(in, "real", batch), view(in, "fake", batch),
                view(in, "strongReal", batch), view(in, "strongFake", batch), null);
    }

    private static AutoencoderNoise.View view(InputTensors in, String name, long batch) {
        DiffAugment.Draws draws = DiffAugmentCommand.draws(rows(in, name + ".color", 3, batch),
                rows(in, name + ".translation", 2, batch), rows(in, name + ".hole", 2, batch));
        return new AutoencoderNoise.View(draws, DiscriminatorCommands.window(in, name + ".window"));
    }

    private static List<Tensor> rows(InputTensors in, String name, long rows, long batch) {
        return in.has(name) ? in.get(name, rows, batch).unbind(0) : null;
    }
}
