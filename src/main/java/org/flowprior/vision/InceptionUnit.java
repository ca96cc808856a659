package org.flowprior.vision;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Extent;
import org.flowprior.torch.nn.Fan;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.nn.Nonlinearity;

/**
 * Convolution, batch norm with the running statistics in all modes, ReLU. Each forward pass multiplies the batch norm
 * into the convolution's weight, which is cheaper than a pass over the images; the stored weights do not change, so they
 * can be loaded and moved at any time.
 */
final class InceptionUnit extends Layer {

    private static final double EPSILON = 0.001;

    /** The kernels {@code conv.weight}, uninitialised. */
    private static final class Kernels extends Module {

        private final Tensor weight;

        Kernels(long in, Shape shape) {
            weight = registerParameter("weight", Torch.empty(shape.out, in, shape.kernel.height(),
                    shape.kernel.width()));
        }
    }

    /** The statistics {@code bn.*}, without the count of batches, which files of TensorFlow's weights do not have. */
    private static final class Statistics extends Module {

        private final Tensor weight;
        private final Tensor bias;
        private final Tensor mean;
        private final Tensor variance;

        Statistics(long channels) {
            weight = registerParameter("weight", Torch.ones(channels));
            bias = registerParameter("bias", Torch.zeros(channels));
            mean = registerBuffer("running_mean", Torch.zeros(channels), true);
            variance = registerBuffer("running_var", Torch.ones(channels), true);
        }
    }

    /** Output channels, kernel, stride, and zero padding. */
    record Shape(long out, Extent kernel, long stride, Extent padding) {

        /** Stride 1, padded to keep the size. */
        static Shape same(long out, long height, long width) {
            return new Shape(out, new Extent(height, width), 1, new Extent(height / 2, width / 2));
        }

        /** 3 x 3 without padding. */
        static Shape valid(long out, long stride) {
            return new Shape(out, Extent.square(3), stride, Extent.square(0));
        }
    }

    private final Shape shape;
    private final Kernels conv;
    private final Statistics bn;

    InceptionUnit(long in, Shape shape) {
        this.shape = shape;
        this.conv = register("conv", new Kernels(in, shape));
        this.bn = register("bn", new Statistics(shape.out));
    }

    /** Draws normal weights that keep the scale of activations. */
    void draw(Generator generator) {
        Init.kaimingNormal_(conv.weight, 0, Fan.IN, Nonlinearity.RELU, generator);
    }

    /** x [B, in, H, W] to [B, out, H', W']. */
    @Override
    public Tensor forward(Tensor x) {
        return Scope.returning(() -> {
            Tensor scale = bn.weight.mul(bn.variance.add(EPSILON).rsqrt());
            Tensor kernels = conv.weight.mul(scale.view(-1, 1, 1, 1));
            Tensor shift = bn.bias.sub(bn.mean.mul(scale));
            return Functional.conv2d(x, kernels, shift, new long[] {shape.stride, shape.stride},
                    new long[] {shape.padding.height(), shape.padding.width()}).relu_();
        });
    }
}
