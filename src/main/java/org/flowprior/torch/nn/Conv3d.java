package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Convolution over volumes with zero padding: {@code torch.nn.Conv3d}, with the keys {@code weight}, [out, in / groups,
 * kernel depth, height, width], and {@code bias}, [out].
 */
public final class Conv3d extends ConvNd<Conv3d> {

    /** With this kernel in all dimensions, stride 1, no padding, a bias. */
    public Conv3d(long in, long out, long kernel) {
        this(in, out, Options.kernel(kernel));
    }

    /** With this kernel and stride in all dimensions, no padding, a bias. */
    public Conv3d(long in, long out, long kernel, long stride) {
        this(in, out, Options.kernel(kernel).withStride(stride));
    }

    /** With this kernel, stride and padding in all dimensions, and a bias. */
    public Conv3d(long in, long out, long kernel, long stride, long padding) {
        this(in, out, Options.kernel(kernel).withStride(stride).withPadding(padding));
    }

    /** With PyTorch's initial values from the default generator. */
    public Conv3d(long in, long out, Options options) {
        this(in, out, options, null);
    }

    /**
     * With PyTorch's initial values, weight and bias uniform in ±1/√(in / groups · kernel volume).
     *
     * @param generator draws the initial values; null for the default generator
     */
    public Conv3d(long in, long out, Options options, Generator generator) {
        super(in, out, options.of(3), generator,
                Torch.empty(weightShape(out, in / options.groups(), Sizes.of(3, options.kernel()))));
    }

    /** x [batch, in, depth, height, width] to [batch, out, depth', height', width']. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.conv3d(in, weight, bias, options.stride(), options.padding(),
                options.dilation(), options.groups()));
    }
}
