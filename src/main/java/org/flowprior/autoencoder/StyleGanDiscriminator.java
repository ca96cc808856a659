package org.flowprior.autoencoder;

import java.util.ArrayList;
import java.util.List;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Conv2d;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.LeakyReLU;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.ModuleList;
import org.flowprior.torch.nn.Sequential;

/**
 * A discriminator after StyleGAN2 (Karras et al., 2020): residual blocks that blur and halve the image down to 4 x 4, and
 * one logit for each image. Agrees with the official class in numbers and keys, which has no minibatch standard
 * deviation and no equalised learning rate.
 */
public final class StyleGanDiscriminator extends Discriminator {

    private static final double SLOPE = 0.2;
    private static final int SMALLEST = 4;
    private static final int LARGEST = 512;
    private static final long WIDEST = 512;

    private final int imageSize;
    private final ModuleList<Layer> blocks;
    private final Sequential finalConvolution;
    private final Sequential finalLinear;

    /** Makes a discriminator of 256 x 256 pixels with weights from the default generator. */
    public StyleGanDiscriminator() {
        this(256, null);
    }

    /**
     * Makes a discriminator with PyTorch's distribution of initial weights.
     *
     * @param imageSize height and width of the images, a power of 2 from 8 to 512
     * @param generator draws the weights; null for the default generator
     * @throws IllegalArgumentException for another size
     */
    public StyleGanDiscriminator(int imageSize, Generator generator) {
        if (imageSize <= SMALLEST || imageSize > LARGEST || Integer.bitCount(imageSize) != 1) {
            throw new IllegalArgumentException("the StyleGAN discriminator takes images of a power of 2 from 8 to 512 "
                    + "pixels, not " + imageSize);
        }
        this.imageSize = imageSize;
        List<Layer> made = new ArrayList<>();
        made.add(convolution(3, channels(imageSize), generator));
        made.add(new LeakyReLU(SLOPE));
        for (int size = imageSize; size > SMALLEST; size /= 2) {
            made.add(new Block(channels(size), channels(size / 2), generator));
        }
        blocks = register("blocks", new ModuleList<>(made));
        finalConvolution = register("final_conv", new Sequential(convolution(WIDEST, WIDEST, generator),
                new LeakyReLU(SLOPE)));
        finalLinear = register("final_linear", new Sequential(
                new Linear(WIDEST * SMALLEST * SMALLEST, WIDEST, true, generator), new LeakyReLU(SLOPE),
                new Linear(WIDEST, 1, true, generator)));
    }

    private static long channels(int size) {
        return Math.min(WIDEST, 16384 / size);
    }

    private static Conv2d convolution(long in, long out, Generator generator) {
        return new Conv2d(in, out, Conv2d.Options.kernel(3).withPadding(1), generator);
    }

    /**
     * Returns logits [B, 1]. Ignores the window.
     *
     * @throws IllegalArgumentException for images of another size than the network's
     */
    @Override
    public Tensor forward(Tensor images, Window window) {
        checkImages(images);
        if (images.size(2) != imageSize || images.size(3) != imageSize) {
            throw new IllegalArgumentException("this StyleGanDiscriminator takes images of " + imageSize + " x "
                    + imageSize + " pixels, not " + images.size(2) + " x " + images.size(3));
        }
        return Scope.returning(() -> {
            Tensor x = images.share();
            for (Layer block : blocks) {
                x = x.into(block::forward);
            }
            return x.into(finalConvolution::forward).into(last -> last.flatten(1)).into(finalLinear::forward);
        });
    }

    /** A residual block, [B, in, H, W] to [B, out, H/2, W/2]. */
    private static final class Block extends Layer {

        private final Conv2d shortcut;
        private final Sequential net;
        private final Sequential downsample;

        Block(long in, long out, Generator generator) {
            shortcut = register("conv_res", new Conv2d(in, out, Conv2d.Options.kernel(1).withStride(2), generator));
            net = register("net", new Sequential(convolution(in, out, generator), new LeakyReLU(SLOPE),
                    convolution(out, out, generator), new LeakyReLU(SLOPE)));
            downsample = register("downsample", new Sequential(new Blur(),
                    new Conv2d(out, out, Conv2d.Options.kernel(3).withPadding(1).withStride(2), generator)));
        }

        @Override
        public Tensor forward(Tensor x) {
            return Scope.returning(() -> net.forward(x).into(downsample::forward)
                    .add(shortcut.forward(x)).div(Math.sqrt(2)));
        }
    }

    /** Filters each channel with the binomial kernel 1 2 1 in both directions, the image reflected at its edges. */
    private static final class Blur extends Layer {

        private final Tensor f = registerBuffer("f", Tensor.of(new float[] {1, 2, 1}, 3), true);

        @Override
        public Tensor forward(Tensor x) {
            return Scope.returning(() -> {
                long channels = x.size(1);
                Tensor kernel = f.unsqueeze(1).mul(f);
                Tensor weight = kernel.div(kernel.sum()).to(x.dtype()).expand(channels, 1, 3, 3);
                return Functional.conv2d(Functional.pad(x, new long[] {1, 1, 1, 1}, "reflect"), weight, null,
                        new long[] {1, 1}, new long[] {0, 0}, new long[] {1, 1}, channels);
            });
        }
    }
}
