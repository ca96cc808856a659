package org.flowprior.generate;

import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderConfig;
import org.flowprior.mar.LatentLayout;
import org.flowprior.mar.Mar;
import org.flowprior.mar.MarConfig;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Torch;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformerConfig;

/** A tiny generator of five classes and an autoencoder that decodes its latents. */
public final class GeneratorFixture {

    public static final int SIZE = 16;
    public static final int TOKENS = 3;
    public static final int CHANNELS = 4;

    private GeneratorFixture() {}

    /** An autoencoder of images of 16 pixels. */
    public static Autoencoder autoencoder(int tokens) {
        VisionTransformerConfig sizes = new VisionTransformerConfig(SIZE, 8, 64, 1, 1, 64, MlpType.GELU, 0, false);
        try (Generator numbers = Generator.seeded(6)) {
            Autoencoder made = new Autoencoder(AutoencoderConfig.of(sizes, sizes, tokens, CHANNELS), numbers);
            made.eval();
            return made;
        }
    }

    /** A generator without a weight at zero, so that everything shows in the images. */
    public static Mar mar(MarConfig.Head head) {
        try (Generator numbers = Generator.seeded(7); NoGrad noGrad = new NoGrad()) {
            Mar mar = new Mar(new MarConfig(new LatentLayout.Sequence(TOKENS, CHANNELS), 16, 1, 1, 2, 2, 5, 2, true,
                    0.1, 0.1, 0.1, 0.7, head), numbers);
            mar.eval();
            mar.parameters().forEach(p -> p.add_(Torch.randn(p.shape(), numbers).mul(0.2)));
            return mar;
        }
    }

    /** One with a flow head. */
    static Mar mar() {
        return mar(new MarConfig.Head.Flow(1, 16, 1));
    }
}
