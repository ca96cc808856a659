package org.flowprior.cli.forward;

import java.util.Map;
import org.flowprior.autoencoder.DiscriminatorWindow;
import org.flowprior.autoencoder.StyleGanDiscriminator;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward style-gan}: the discriminator after StyleGAN2. */
@Command(
        name = "style-gan",
        description = "The StyleGAN discriminator. --weights: the entry discriminator of an official checkpoint, or a "
                + "file of its own.",
        footerHeading = "%n",
        footer = {
            "Input:",
            "  x [B, 3, S, S]   images in [-1, 1]",
            "Output:",
            "  logits [B, 1]",
            "Config:",
            "  imageSize        S, a power of 2 from 8 to 512 (default 256)",
            "  dtype            float32 (default) or float64",
            "",
            "Example:",
            "  flowprior forward style-gan --weights 0100000.pt \\",
            "      --input images.safetensors --output logits.safetensors"})
final class StyleGanCommand extends ModuleCommand<StyleGanCommand.Config> {

    /** The config's keys. */
    record Config(int imageSize, Numbers dtype) {}

    StyleGanCommand() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        try (Generator unused = Generator.seeded(0);
                StyleGanDiscriminator discriminator = new StyleGanDiscriminator(config.imageSize(), unused)) {
            return ForwardLogits.of(this, in, discriminator, false, DiscriminatorWindow.WHOLE);
        }
    }
}
