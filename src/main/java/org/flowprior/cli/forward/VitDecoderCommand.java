package org.flowprior.cli.forward;

import java.util.HashMap;
import java.util.Map;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderConfig;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward vit-decoder}: an autoencoder's decoder. */
@Command(
        name = "vit-decoder",
        description = "The decoder of an autoencoder: latents to images. Sizes are read from the weights; they are "
                + "taken to have heads of 64 channels where the file does not say.",
        footerHeading = "%n",
        footer = {
            "Input:",
            "  z [B, L, C]          latents",
            "Output:",
            "  images [B, 3, H, W]  not clamped",
            "Config:",
            "  dtype                float32 (default) or float64",
            "",
            "Example:",
            "  flowprior forward vit-decoder --weights autoencoder.pt \\",
            "      --input latents.safetensors --output images.safetensors"})
final class VitDecoderCommand extends ModuleCommand<VitDecoderCommand.Config> {

    /** The config's keys. */
    record Config(Numbers dtype) {}

    VitDecoderCommand() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        try (Autoencoder autoencoder = AutoencoderCommand.read(weights(), in); NoGrad noGrad = new NoGrad()) {
            AutoencoderConfig sizes = autoencoder.config();
            Tensor z = in.get("z", -1, sizes.latentTokens(), sizes.latentChannels());
            return new HashMap<>(Map.of("images", inPrecision(in, () -> autoencoder.decode(z))));
        }
    }
}
