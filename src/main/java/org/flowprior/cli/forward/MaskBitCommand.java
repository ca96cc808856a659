package org.flowprior.cli.forward;

import java.util.Map;
import org.flowprior.autoencoder.DiscriminatorWindow;
import org.flowprior.autoencoder.MaskBitDiscriminator;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward mask-bit}: the patch discriminator of MaskBit. */
@Command(
        name = "mask-bit",
        description = "The MaskBit discriminator. --weights: the entry discriminator of an official checkpoint, or a "
                + "file of its own.",
        footerHeading = "%n",
        footer = {
            "Input:",
            "  x [B, 3, H, W]             images in [-1, 1]",
            "Output:",
            "  logits [B, 1, H/16, W/16]",
            "Config:",
            "  dtype                      float32 (default) or float64",
            "",
            "Example:",
            "  flowprior forward mask-bit --weights 0100000.pt \\",
            "      --input images.safetensors --output logits.safetensors"})
final class MaskBitCommand extends ModuleCommand<MaskBitCommand.Config> {

    /** The config's keys. */
    record Config(Numbers dtype) {}

    MaskBitCommand() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        try (Generator unused = Generator.seeded(0);
                MaskBitDiscriminator discriminator = new MaskBitDiscriminator(unused)) {
            return ForwardLogits.of(this, in, discriminator, false, DiscriminatorWindow.WHOLE);
        }
    }
}
