package org.flowprior.cli.forward;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.flowprior.autoencoder.DinoDiscriminator;
import org.flowprior.autoencoder.Discriminator;
import org.flowprior.autoencoder.DiscriminatorWindow;
import org.flowprior.autoencoder.MaskBitDiscriminator;
import org.flowprior.autoencoder.PatchGanDiscriminator;
import org.flowprior.autoencoder.StyleGanDiscriminator;
import org.flowprior.config.RequestException;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** The modules of discriminators. */
final class DiscriminatorCommands {

    private DiscriminatorCommands() {}

    /** The window whose first row and column are the input of that name; the whole image without it. */
    static DiscriminatorWindow window(InputTensors in, String name) {
        if (!in.has(name)) {
            return DiscriminatorWindow.WHOLE;
        }
        double[] place = in.get(name, 2).toDoubleArray();
        return DiscriminatorWindow.at((long) place[0], (long) place[1]);
    }

    /** Loads the weights into the discriminator and runs it on the input x. */
    private static Map<String, Tensor> logits(ModuleCommand<?> module, InputTensors in, Discriminator discriminator,
                                              boolean training, DiscriminatorWindow window) {
        discriminator.load(module.weights());
        in.place(discriminator).train(training);
        Tensor x = in.get("x", -1, 3, -1, -1);
        try (NoGrad noGrad = new NoGrad()) {
            return Map.of("logits", module.inPrecision(in, () -> discriminator.forward(x, window)));
        }
    }

    @Command(name = "dino-discriminator",
            description = "The discriminator over a frozen DINO ViT-S/16. --weights are those of its heads: the "
                    + "entry discriminator of an official checkpoint, or a file of their own.",
            footer = """
                    Inputs:
                      x [B, 3, H, W]   images in [-1, 1]
                      window [2]       optional: first row and column of the 224 x 224 pixels to
                                       look at; without it, all of the image, resized
                    Output:
                      logits [B, 980]  readout by readout: in front of the first block, behind
                                       blocks 3, 6, 9 and 12
                    Config:
                      backbone         the frozen network's file, dino_deitsmall16_pretrain.pth
                                       or one like it; must be given
                      training         true: batch statistics and a power iteration; false
                                       (default): the stored ones
                      dtype            float32 (default) or float64

                    Example:
                      echo '{"backbone": "dino_deitsmall16_pretrain.pth"}' > dino.json
                      flowprior forward dino-discriminator --weights 0250200.pt -c dino.json \\
                          --input images.safetensors --output logits.safetensors""")
    static final class Dino extends ModuleCommand<Dino.Config> {

        record Config(String backbone, boolean training, Numbers dtype) implements Dtyped {}

        Dino() {
            super(new Config("", false, Numbers.FLOAT32));
        }

        @Override
        Map<String, Tensor> forward(Config config, InputTensors in) {
            if (config.backbone().isEmpty() || !Files.exists(Path.of(config.backbone()))) {
                throw new RequestException("dino-discriminator needs the frozen network: --config with \"backbone\": "
                        + "FILE" + (config.backbone().isEmpty() ? "" : "; there is no file " + config.backbone()));
            }
            try (Generator unused = Generator.seeded(0);
                    DinoDiscriminator discriminator = DinoDiscriminator.over(Path.of(config.backbone()), unused)) {
                discriminator.backbone().to(in.dtype());
                return logits(this, in, discriminator, config.training(), window(in, "window"));
            }
        }
    }

    @Command(name = "patch-gan",
            description = "The PatchGAN discriminator. --weights: the entry discriminator of an official checkpoint, "
                    + "or a file of its own.",
            footer = """
                    Input:
                      x [B, 3, H, W]         images in [-1, 1]
                    Output:
                      logits [B, 1, H', W']  of 256 x 256 pixels [B, 1, 30, 30]
                    Config:
                      layers                 that halve the image (default 3)
                      channels               of the first layer (default 64)
                      training               true: batch statistics; false (default): the
                                             stored ones
                      dtype                  float32 (default) or float64

                    Example:
                      flowprior forward patch-gan --weights 0100000.pt \\
                          --input images.safetensors --output logits.safetensors""")
    static final class PatchGan extends ModuleCommand<PatchGan.Config> {

        record Config(int layers, int channels, boolean training, Numbers dtype) implements Dtyped {}

        PatchGan() {
            super(new Config(3, 64, false, Numbers.FLOAT32));
        }

        @Override
        Map<String, Tensor> forward(Config config, InputTensors in) {
            try (Generator unused = Generator.seeded(0);
                    PatchGanDiscriminator discriminator =
                            new PatchGanDiscriminator(config.layers(), config.channels(), unused)) {
                return logits(this, in, discriminator, config.training(), DiscriminatorWindow.WHOLE);
            }
        }
    }

    @Command(name = "style-gan",
            description = "The StyleGAN discriminator. --weights: the entry discriminator of an official checkpoint, "
                    + "or a file of its own.",
            footer = """
                    Input:
                      x [B, 3, S, S]   images in [-1, 1]
                    Output:
                      logits [B, 1]
                    Config:
                      imageSize        S, a power of 2 from 8 to 512 (default 256)
                      dtype            float32 (default) or float64

                    Example:
                      flowprior forward style-gan --weights 0100000.pt \\
                          --input images.safetensors --output logits.safetensors""")
    static final class StyleGan extends ModuleCommand<StyleGan.Config> {

        record Config(int imageSize, Numbers dtype) implements Dtyped {}

        StyleGan() {
            super(new Config(256, Numbers.FLOAT32));
        }

        @Override
        Map<String, Tensor> forward(Config config, InputTensors in) {
            try (Generator unused = Generator.seeded(0);
                    StyleGanDiscriminator discriminator = new StyleGanDiscriminator(config.imageSize(), unused)) {
                return logits(this, in, discriminator, false, DiscriminatorWindow.WHOLE);
            }
        }
    }

    @Command(name = "mask-bit",
            description = "The MaskBit discriminator. --weights: the entry discriminator of an official checkpoint, "
                    + "or a file of its own.",
            footer = """
                    Input:
                      x [B, 3, H, W]             images in [-1, 1]
                    Output:
                      logits [B, 1, H/16, W/16]
                    Config:
                      dtype                      float32 (default) or float64

                    Example:
                      flowprior forward mask-bit --weights 0100000.pt \\
                          --input images.safetensors --output logits.safetensors""")
    static final class MaskBit extends ModuleCommand<ModuleCommand.DtypeOnly> {

        MaskBit() {
            super(DtypeOnly.FLOAT32);
        }

        @Override
        Map<String, Tensor> forward(DtypeOnly config, InputTensors in) {
            try (Generator unused = Generator.seeded(0);
                    MaskBitDiscriminator discriminator = new MaskBitDiscriminator(unused)) {
                return logits(this, in, discriminator, false, DiscriminatorWindow.WHOLE);
            }
        }
    }
}
