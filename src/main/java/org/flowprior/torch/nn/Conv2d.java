package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Convolution over images with zero padding: {@code torch.nn.Conv2d}, with the keys {@code weight}, [out, in / groups,
 * kernel height, kernel width], and {@code bias}, [out].
 */
public final class Conv2d extends WeightedLayer<Conv2d> {

    private final Options options;

    /** With this kernel in all dimensions, stride 1, no padding, a bias. */
    public Conv2d(long in, long out, long kernel) {
        this(in, out, Options.kernel(kernel));
    }

    /** With this kernel and stride in all dimensions, no padding, a bias. */
    public Conv2d(long in, long out, long kernel, long stride) {
        this(in, out, Options.kernel(kernel).withStride(stride));
    }

    /** With this kernel, stride and padding in all dimensions, and a bias. */
    public Conv2d(long in, long out, long kernel, long stride, long padding) {
        this(in, out, Options.kernel(kernel).withStride(stride).withPadding(padding));
    }

    /** With PyTorch's initial values from the default generator. */
    public Conv2d(long in, long out, Options options) {
        this(in, out, options, null);
    }

    /**
     * With PyTorch's initial values, weight and bias uniform in ±1/√(in / groups · kernel height · kernel width).
     *
     * @param generator draws the initial values; null for the default generator
     */
    public Conv2d(long in, long out, Options options, Generator generator) {
        super(Torch.empty(out, in / options.groups, options.kernel.height(), options.kernel.width()),
                options.bias ? Torch.empty(out) : null);
        this.options = options;
        Init.likeLinear(weight, bias, generator);
    }

    /** x [batch, in, height, width] to [batch, out, height', width']. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.conv2d(in, weight, bias, options.stride.toArray(), options.padding.toArray(),
                options.dilation.toArray(), options.groups));
    }

    @Override
    protected String extraRepr() {
        return ConvNd.repr(weight.size(1) * options.groups, weight.size(0),
                ConvNd.Options.kernel(options.kernel.toArray()).withStride(options.stride.toArray())
                        .withPadding(options.padding.toArray()).withDilation(options.dilation.toArray())
                        .withGroups(options.groups).withBias(options.bias));
    }

    /** The arguments of PyTorch's constructor other than the channels. */
    public record Options(Extent kernel, Extent stride, Extent padding, Extent dilation, long groups, boolean bias) {

        /** A square kernel, stride 1, no padding, a bias. */
        public static Options kernel(long size) {
            return kernel(size, size);
        }

        /** A kernel of this height and width, stride 1, no padding, a bias. */
        public static Options kernel(long height, long width) {
            Extent one = Extent.square(1);
            return new Options(new Extent(height, width), one, Extent.square(0), one, 1, true);
        }

        /** With this stride. */
        public Options withStride(long value) {
            return new Options(kernel, Extent.square(value), padding, dilation, groups, bias);
        }

        /** With this padding on all sides. */
        public Options withPadding(long value) {
            return withPadding(value, value);
        }

        /** With this padding above and below, and left and right. */
        public Options withPadding(long height, long width) {
            return new Options(kernel, stride, new Extent(height, width), dilation, groups, bias);
        }

        /** With this distance between the kernel's elements. */
        public Options withDilation(long value) {
            return new Options(kernel, stride, padding, Extent.square(value), groups, bias);
        }

        /** With channels in this many groups. */
        public Options withGroups(long value) {
            return new Options(kernel, stride, padding, dilation, value, bias);
        }

        /** With or without a bias. */
        public Options withBias(boolean value) {
            return new Options(kernel, stride, padding, dilation, groups, value);
        }
    }
}
