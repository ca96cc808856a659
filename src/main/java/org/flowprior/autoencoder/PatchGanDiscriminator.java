package org.flowprior.autoencoder;

import java.util.ArrayList;
import java.util.List;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.BatchNorm2d;
import org.flowprior.torch.nn.Conv2d;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.LeakyReLU;
import org.flowprior.torch.nn.Sequential;

/**
 * The discriminator of pix2pix (Isola et al., 2017) as in VQGAN: 4 x 4 convolutions that give a logit for each patch.
 * Agrees with the official {@code NLayerDiscriminator}.
 */
public final class PatchGanDiscriminator extends Discriminator {

    private static final double SLOPE = 0.2;
    private static final double DEVIATION = 0.02;
    private static final long KERNEL = 4;
    private static final int LARGEST_MULTIPLE = 8;

    private final Sequential main;

    /** Makes the official one, of 3 layers and 64 channels, with weights from the default generator. */
    public PatchGanDiscriminator() {
        this(null);
    }

    /** Makes the official one with weights from the generator; null for the default generator. */
    public PatchGanDiscriminator(Generator generator) {
        this(3, 64, generator);
    }

    /**
     * Makes a discriminator with normal weights of deviation 0.02, around 0 in convolutions and 1 in batch norms.
     *
     * @param layers    number of layers that halve the image, at least 1; two that do not halve it follow
     * @param channels  of the first layer; each layer doubles them, up to eight times as many
     * @param generator draws the weights; null for the default generator
     * @throws IllegalArgumentException for sizes below 1
     */
    public PatchGanDiscriminator(int layers, long channels, Generator generator) {
        if (layers < 1 || channels < 1) {
            throw new IllegalArgumentException("a PatchGAN discriminator needs at least 1 layer and 1 channel, not "
                    + layers + " and " + channels);
        }
        List<Layer> made = new ArrayList<>(List.of(convolution(3, channels, 2, true, generator), new LeakyReLU(SLOPE)));
        long in = channels;
        for (int i = 1; i <= layers; i++) {
            long out = channels * (i < 4 ? 1 << i : LARGEST_MULTIPLE);
            made.add(convolution(in, out, i < layers ? 2 : 1, false, generator));
            BatchNorm2d norm = new BatchNorm2d(out);
            Init.normal_(norm.weight(), 1, DEVIATION, generator);
            made.add(norm);
            made.add(new LeakyReLU(SLOPE));
            in = out;
        }
        made.add(convolution(in, 1, 1, true, generator));
        main = register("main", new Sequential(made));
    }

    private static Conv2d convolution(long in, long out, long stride, boolean bias, Generator generator) {
        Conv2d convolution = new Conv2d(in, out,
                Conv2d.Options.kernel(KERNEL).withStride(stride).withPadding(1).withBias(bias), generator);
        Init.normal_(convolution.weight(), 0, DEVIATION, generator);
        return convolution;
    }

    /** Returns logits [B, 1, H', W'], for 256 x 256 pixels [B, 1, 30, 30]. Ignores the window. */
    @Override
    public Tensor forward(Tensor images, Window window) {
        checkImages(images);
        return main.forward(images);
    }
}
