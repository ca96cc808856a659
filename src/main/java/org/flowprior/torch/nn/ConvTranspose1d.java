package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;

/**
 * The transpose of a convolution over sequences: {@code torch.nn.ConvTranspose1d}, with the keys {@code weight},
 * [in, out /
 * groups, kernel], and {@code bias}, [out].
 */
public final class ConvTranspose1d extends ConvTransposeNd<ConvTranspose1d> {

    /** With this kernel in all dimensions, stride 1, no padding, a bias. */
    public ConvTranspose1d(long in, long out, long kernel) {
        this(in, out, Options.kernel(kernel));
    }

    /** With this kernel and stride in all dimensions, no padding, a bias. */
    public ConvTranspose1d(long in, long out, long kernel, long stride) {
        this(in, out, Options.kernel(kernel).withStride(stride));
    }

    /** With this kernel, stride and padding in all dimensions, and a bias. */
    public ConvTranspose1d(long in, long out, long kernel, long stride, long padding) {
        this(in, out, Options.kernel(kernel).withStride(stride).withPadding(padding));
    }

    /** With PyTorch's initial values from the default generator. */
    public ConvTranspose1d(long in, long out, Options options) {
        this(in, out, options, null);
    }

    /**
     * With PyTorch's initial values, weight and bias uniform in ±1/√(out / groups · kernel elements).
     *
     * @param generator draws the initial values; null for the default generator
     */
    public ConvTranspose1d(long in, long out, Options options, Generator generator) {
        super(in, out, options, generator, 1);
    }

    @Override
    Tensor transposed(Tensor x, long[] outputPadding) {
        return Functional.convTranspose1d(x, weight, bias, options.stride(), options.padding(), outputPadding,
                options.groups(), options.dilation());
    }
}
