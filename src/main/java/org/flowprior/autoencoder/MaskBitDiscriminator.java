package org.flowprior.autoencoder;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Conv2d;
import org.flowprior.torch.nn.GroupNorm;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.LeakyReLU;
import org.flowprior.torch.nn.MaxPool2d;
import org.flowprior.torch.nn.Sequential;

/**
 * The patch discriminator of MaskBit (Weber et al., 2024): 3 x 3 convolutions with group norm before them and a pooling
 * before the last. Agrees with the official class in numbers and keys.
 */
public final class MaskBitDiscriminator extends Discriminator {

    private static final double SLOPE = 0.2;
    private static final double DEVIATION = 0.02;
    private static final double EPSILON = 1e-6;
    private static final long GROUPS = 32;

    private final Sequential main;

    /** Makes a discriminator with weights from the default generator. */
    public MaskBitDiscriminator() {
        this(null);
    }

    /**
     * Makes a discriminator with normal weights of deviation 0.02.
     *
     * @param generator draws the weights; null for the default generator
     */
    public MaskBitDiscriminator(Generator generator) {
        main = register("main", new Sequential(
                convolution(3, 64, 2, generator), new LeakyReLU(SLOPE),
                norm(64), convolution(64, 64, 2, generator), new LeakyReLU(SLOPE),
                norm(64), convolution(64, 128, 2, generator), new LeakyReLU(SLOPE),
                norm(128), convolution(128, 256, 1, generator), new LeakyReLU(SLOPE),
                new MaxPool2d(2), convolution(256, 1, 1, generator)));
    }

    private static GroupNorm norm(long channels) {
        return new GroupNorm(GROUPS, channels, EPSILON);
    }

    private static Conv2d convolution(long in, long out, long stride, Generator generator) {
        Conv2d convolution = new Conv2d(in, out, Conv2d.Options.kernel(3).withStride(stride).withPadding(1), generator);
        Init.normal_(convolution.weight(), 0, DEVIATION, generator);
        return convolution;
    }

    /** Returns logits [B, 1, H/16, W/16]. Ignores the window. */
    @Override
    public Tensor forward(Tensor images, Window window) {
        checkImages(images);
        return main.forward(images);
    }
}
