package org.flowprior.cli.forward;

import java.util.Map;
import org.flowprior.autoencoder.DiscriminatorWindow;
import org.flowprior.autoencoder.PatchGanDiscriminator;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward patch-gan}: the discriminator of pix2pix and VQGAN. */
@Command(
        name = "patch-gan",
        description = "The PatchGAN discriminator. --weights: the entry discriminator of an official checkpoint, or a "
                + "file of its own.",
        footerHeading = "%n",
        footer = {
            "Input:",
            "  x [B, 3, H, W]         images in [-1, 1]",
            "Output:",
            "  logits [B, 1, H', W']  of 256 x 256 pixels [B, 1, 30, 30]",
            "Config:",
            "  layers                 that halve the image (default 3)",
            "  channels               of the first layer (default 64)",
            "  training               true: batch statistics; false (default): the",
            "                         stored ones",
            "  dtype                  float32 (default) or float64",
            "",
            "Example:",
            "  flowprior forward patch-gan --weights 0100000.pt \\",
            "      --input images.safetensors --output logits.safetensors"})
final class PatchGanCommand extends ModuleCommand<PatchGanCommand.Config> {

    /** The config's keys. */
    record Config(int layers, int channels, boolean training, Numbers dtype) {}

    PatchGanCommand() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        try (Generator unused = Generator.seeded(0);
                PatchGanDiscriminator discriminator =
                        new PatchGanDiscriminator(config.layers(), config.channels(), unused)) {
            return ForwardLogits.of(this, in, discriminator, config.training(), DiscriminatorWindow.WHOLE);
        }
    }
}
