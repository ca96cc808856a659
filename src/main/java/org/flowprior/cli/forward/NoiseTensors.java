package org.flowprior.cli.forward;

import org.flowprior.autoencoder.AutoencoderConfig;
import org.flowprior.autoencoder.AutoencoderLossConfig;
import org.flowprior.autoencoder.AutoencoderNoise;
import org.flowprior.autoencoder.DiffAugment;
import org.flowprior.autoencoder.DiscriminatorWindow;
import org.flowprior.autoencoder.KlBottleneck;
import org.flowprior.autoencoder.LatentDraws;
import org.flowprior.autoencoder.RepaAlign;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;

/** The random numbers of a training step out of an input file. */
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
        Tensor color = rows(in, name + ".color", 3, batch);
        Tensor translation = rows(in, name + ".translation", 2, batch);
        Tensor hole = rows(in, name + ".hole", 2, batch);
        String place = name + ".window";
        DiscriminatorWindow window = in.has(place)
                ? DiscriminatorWindow.at(at(in.get(place, 2), 0), at(in.get(place, 2), 1)) : DiscriminatorWindow.WHOLE;
        return new AutoencoderNoise.View(new DiffAugment.Draws(
                color == null ? null
                        : new DiffAugment.Color(color.select(0, 0), color.select(0, 1), color.select(0, 2)),
                translation == null ? null : new DiffAugment.Translation(translation.select(0, 0),
                        translation.select(0, 1)),
                hole == null ? null : new DiffAugment.Hole(hole.select(0, 0), hole.select(0, 1))), window);
    }

    private static Tensor rows(InputTensors in, String name, long rows, long batch) {
        return in.has(name) ? in.get(name, rows, batch) : null;
    }

    private static long at(Tensor place, long index) {
        return (long) place.get(index).item();
    }
}
