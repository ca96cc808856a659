package org.flowprior.cli.forward;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.flowprior.autoencoder.DinoDiscriminator;
import org.flowprior.autoencoder.DiscriminatorWindow;
import org.flowprior.config.RequestException;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward dino-discriminator}: the heads over a frozen DINO, for a given window. */
@Command(
        name = "dino-discriminator",
        description = "The discriminator over a frozen DINO ViT-S/16. --weights are those of its heads: the entry "
                + "discriminator of an official checkpoint, or a file of their own.",
        footerHeading = "%n",
        footer = {
            "Inputs:",
            "  x [B, 3, H, W]   images in [-1, 1]",
            "  window [2]       optional: first row and column of the 224 x 224 pixels to",
            "                   look at; without it, all of the image, resized",
            "Output:",
            "  logits [B, 980]  readout by readout: in front of the first block, behind",
            "                   blocks 3, 6, 9 and 12",
            "Config:",
            "  backbone         the frozen network's file, dino_deitsmall16_pretrain.pth",
            "                   or one like it; must be given",
            "  training         true: batch statistics and a power iteration; false",
            "                   (default): the stored ones",
            "  dtype            float32 (default) or float64",
            "",
            "Example:",
            "  echo '{\"backbone\": \"dino_deitsmall16_pretrain.pth\"}' > dino.json",
            "  flowprior forward dino-discriminator --weights 0250200.pt -c dino.json \\",
            "      --input images.safetensors --output logits.safetensors"})
final class DinoDiscriminatorCommand extends ModuleCommand<DinoDiscriminatorCommand.Config> {

    /** The config's keys. */
    record Config(String backbone, boolean training, Numbers dtype) {}

    DinoDiscriminatorCommand() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        if (config.backbone().isEmpty() || !Files.exists(Path.of(config.backbone()))) {
            throw new RequestException("dino-discriminator needs the frozen network: --config with \"backbone\": FILE"
                    + (config.backbone().isEmpty() ? "" : "; there is no file " + config.backbone()));
        }
        try (Generator unused = Generator.seeded(0);
                DinoDiscriminator discriminator = DinoDiscriminator.over(Path.of(config.backbone()), unused)) {
            discriminator.backbone().to(in.dtype());
            return ForwardLogits.of(this, in, discriminator, config.training(), window(in));
        }
    }

    private static DiscriminatorWindow window(InputTensors in) {
        if (!in.has("window")) {
            return DiscriminatorWindow.WHOLE;
        }
        double[] place = in.get("window", 2).toDoubleArray();
        return DiscriminatorWindow.at((long) place[0], (long) place[1]);
    }
}
