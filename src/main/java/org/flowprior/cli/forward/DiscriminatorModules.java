package org.flowprior.cli.forward;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.flowprior.autoencoder.DinoDiscriminator;
import org.flowprior.autoencoder.Discriminator;
import org.flowprior.autoencoder.MaskBitDiscriminator;
import org.flowprior.autoencoder.PatchGanDiscriminator;
import org.flowprior.autoencoder.StyleGanDiscriminator;
import org.flowprior.config.RequestException;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** The modules of discriminators. */
final class DiscriminatorModules {

    private DiscriminatorModules() {}

    /** Returns the window whose first row and column are the input of that name; the whole image without it. */
    static Discriminator.Window window(ModuleInputs in, String name) {
        if (!in.has(name)) {
            return Discriminator.Window.WHOLE;
        }
        double[] place = in.get(name, 2).toDoubleArray();
        return Discriminator.Window.at((long) place[0], (long) place[1]);
    }

    /** Makes a discriminator, loads the weights into it and runs it on the input x. */
    private static Map<String, Tensor> logits(ModuleInputs in, boolean training, Discriminator.Window window,
            Function<Generator, Discriminator> constructor) {
        try (Generator unused = Generator.seeded(0);
                Discriminator discriminator = constructor.apply(unused);
                NoGrad noGrad = new NoGrad()) {
            discriminator.load(in.weights());
            in.place(discriminator).train(training);
            Tensor x = in.get("x", -1, 3, -1, -1);
            return Map.of("logits", in.compute(() -> discriminator.forward(x, window)));
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
    record Dino(String backbone, boolean training, Numbers dtype) implements ForwardModule {

        Dino() {
            this("", false, Numbers.FLOAT32);
        }

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            if (backbone.isEmpty() || !Files.exists(Path.of(backbone))) {
                throw new RequestException("dino-discriminator needs the frozen network: --config with \"backbone\": "
                        + "FILE" + (backbone.isEmpty() ? "" : "; there is no file " + backbone));
            }
            return logits(in, training, window(in, "window"), unused -> {
                DinoDiscriminator discriminator = DinoDiscriminator.over(Path.of(backbone), unused);
                discriminator.backbone().to(in.dtype());
                return discriminator;
            });
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
    record PatchGan(int layers, int channels, boolean training, Numbers dtype) implements ForwardModule {

        PatchGan() {
            this(3, 64, false, Numbers.FLOAT32);
        }

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            return logits(in, training, Discriminator.Window.WHOLE,
                    unused -> new PatchGanDiscriminator(layers, channels, unused));
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
    record StyleGan(int imageSize, Numbers dtype) implements ForwardModule {

        StyleGan() {
            this(256, Numbers.FLOAT32);
        }

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            return logits(in, false, Discriminator.Window.WHOLE,
                    unused -> new StyleGanDiscriminator(imageSize, unused));
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
    record MaskBit(Numbers dtype) implements ForwardModule {

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            return logits(in, false, Discriminator.Window.WHOLE, MaskBitDiscriminator::new);
        }
    }
}
