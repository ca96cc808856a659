package org.flowprior.cli.forward;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderConfig;
import org.flowprior.autoencoder.KlBottleneck;
import org.flowprior.autoencoder.LatentDraws;
import org.flowprior.autoencoder.RepaAlign;
import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward autoencoder}: a whole autoencoder. */
@Command(
        name = "autoencoder",
        description = "An autoencoder: images to latents and back, with the losses of its bottleneck. Sizes are read "
                + "from the weights; of a file that does not state them, heads have 64 channels and options are the "
                + "official ones.",
        footerHeading = "%n",
        footer = {
            "Inputs:",
            "  images [B, 3, H, W]  in [-1, 1], of the autoencoder's size",
            "  noise [B, L, C]      standard normal, for KL; the latents are the means",
            "                       without it",
            "  permutation [P]      of the patches from 0, for a representation alignment",
            "                       with align avg_1d_shuffle, in training",
            "Outputs:",
            "  reconstruction [B, 3, H, W]",
            "                       not clamped",
            "  latents [B, L, C]    what the decoder took",
            "  codes [B, L]         of VQ and SoftVQ: the nearest code's number",
            "  loss.NAME []         weighted: kl (given noise); in training codebook,",
            "                       commitment, entropy, repa",
            "Config:",
            "  dtype                float32 (default) or float64",
            "  training             whether there are the losses of training (default",
            "                       false)",
            "",
            "Example:",
            "  flowprior forward autoencoder --weights autoencoder.pt \\",
            "      --input images.safetensors --output reconstructions.safetensors"})
final class AutoencoderCommand extends ModuleCommand<AutoencoderCommand.Config> {

    /** The config's keys. */
    record Config(Numbers dtype, boolean training) {}

    AutoencoderCommand() {
        super(Config.class);
    }

    /** Without the frozen encoder of its alignment, in the input's dtype on its device. */
    static Autoencoder read(Path weights, InputTensors in) {
        Autoencoder autoencoder = Autoencoder.read(weights, config -> config.withRepa(null));
        autoencoder.to(in.dtype()).to(in.device());
        return autoencoder;
    }

    static Tensor images(Autoencoder autoencoder, InputTensors in) {
        int size = autoencoder.config().imageSize();
        return in.get("images", -1, 3, size, size);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        try (Autoencoder autoencoder = config.training() ? Autoencoder.read(weights()) : read(weights(), in);
                NoGrad noGrad = new NoGrad()) {
            autoencoder.to(in.dtype()).to(in.device()).train(config.training());
            Tensor images = images(autoencoder, in);
            AutoencoderConfig sizes = autoencoder.config();
            Map<String, Tensor> outputs = new HashMap<>();
            if (sizes.bottleneck() instanceof KlBottleneck.Options && !in.has("noise")) {
                Tensor latents = inPrecision(in, () -> autoencoder.encode(images));
                outputs.put("latents", latents);
                outputs.put("reconstruction", inPrecision(in, () -> autoencoder.decode(latents)));
                return outputs;
            }
            Tensor reconstruction = inPrecision(in, () -> {
                Autoencoder.Output output = autoencoder.forward(images, draws(sizes, images.size(0), config, in));
                outputs.put("latents", output.latents());
                output.losses().forEach((name, loss) -> outputs.put("loss." + name, loss));
                if (output.codes() != null) {
                    outputs.put("codes", output.codes());
                }
                return output.reconstruction();
            });
            outputs.put("reconstruction", reconstruction);
            return outputs;
        }
    }

    private static LatentDraws draws(AutoencoderConfig sizes, long batch, Config config, InputTensors in) {
        Tensor noise = sizes.bottleneck() instanceof KlBottleneck.Options
                ? in.get("noise", batch, sizes.latentTokens(), sizes.latentChannels()) : null;
        boolean shuffled = config.training() && sizes.repa() != null
                && sizes.repa().align() == RepaAlign.AVG_1D_SHUFFLE;
        return new LatentDraws(noise, shuffled ? permutation(sizes.repa().model().patches(), in) : null);
    }

    private static Tensor permutation(int patches, InputTensors in) {
        Tensor permutation = in.get("permutation", patches);
        return permutation.to(DType.INT64);
    }
}
