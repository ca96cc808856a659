package org.flowprior.cli.forward;

import java.util.HashMap;
import java.util.Map;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward vit-encoder}: an autoencoder's encoder. */
@Command(
        name = "vit-encoder",
        description = "The encoder of an autoencoder: images to latent tokens, and what the bottleneck takes of them. "
                + "Sizes are read from the weights; they are taken to have heads of 64 channels where the file does "
                + "not say.",
        footerHeading = "%n",
        footer = {
            "Input:",
            "  images [B, 3, H, W]  in [-1, 1], of the autoencoder's size",
            "Outputs:",
            "  tokens [B, L, D]     behind the transformer's last norm",
            "  encoded [B, L, C]    behind quant_conv: latents; for KL [B, L, 2 C], means",
            "                       and log variances",
            "Config:",
            "  dtype                float32 (default) or float64",
            "",
            "Example:",
            "  flowprior forward vit-encoder --weights autoencoder.pt \\",
            "      --input images.safetensors --output tokens.safetensors"})
final class VitEncoderCommand extends ModuleCommand<VitEncoderCommand.Config> {

    /** The config's keys. */
    record Config(Numbers dtype) {}

    VitEncoderCommand() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        try (Autoencoder autoencoder = AutoencoderCommand.read(weights(), in); NoGrad noGrad = new NoGrad()) {
            Tensor images = AutoencoderCommand.images(autoencoder, in);
            return new HashMap<>(Map.of(
                    "tokens", inPrecision(in, () -> autoencoder.encoder().forward(images)),
                    "encoded", inPrecision(in, () -> autoencoder.encoded(images))));
        }
    }
}
