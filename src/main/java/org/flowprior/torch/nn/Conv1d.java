package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Convolution over the last dimension: {@code torch.nn.Conv1d}, with the keys {@code weight} and {@code bias}. With
 * spectral norm, as by PyTorch's {@code spectral_norm}, the keys are {@code bias}, {@code weight_orig},
 * {@code weight_u} and {@code weight_v}.
 */
public final class Conv1d extends TypedLayer<Conv1d> {

    private final Options options;
    private final Tensor weight;
    private final Tensor bias;
    private final SpectralNorm spectralNorm;

    /** With this kernel in all dimensions, stride 1, no padding, a bias. */
    public Conv1d(long in, long out, long kernel) {
        this(in, out, Options.kernel(kernel));
    }

    /** With this kernel and stride in all dimensions, no padding, a bias. */
    public Conv1d(long in, long out, long kernel, long stride) {
        this(in, out, Options.kernel(kernel).withStride(stride));
    }

    /** With this kernel, stride and padding in all dimensions, and a bias. */
    public Conv1d(long in, long out, long kernel, long stride, long padding) {
        this(in, out, Options.kernel(kernel).withStride(stride).withPadding(padding));
    }

    /** With PyTorch's initial values from the default generator. */
    public Conv1d(long in, long out, Options options) {
        this(in, out, options, null);
    }

    /**
     * With PyTorch's initial values, weight and bias uniform in ±1/√(in / groups · kernel).
     *
     * @param generator draws the initial values; null for the default generator
     */
    public Conv1d(long in, long out, Options options, Generator generator) {
        this.options = options;
        weight = Torch.empty(out, in / options.groups, options.kernel);
        bias = options.bias ? Torch.empty(out) : null;
        Init.likeLinear(weight, bias, generator);
        if (!options.spectralNorm) {
            registerParameter("weight", weight);
        }
        if (options.bias) {
            registerParameter("bias", bias);
        }
        if (options.spectralNorm) {
            registerParameter("weight_orig", weight);
        }
        spectralNorm = !options.spectralNorm ? null : new SpectralNorm(
                registerBuffer("weight_u", SpectralNorm.unitVector(out, generator), true),
                registerBuffer("weight_v", SpectralNorm.unitVector(weight.numel() / out, generator), true));
    }

    /** Returns the weight as it is stored, [out, in / groups, kernel]. */
    public Tensor weight() {
        return weight;
    }

    /** Returns the bias, [out], or null. */
    public Tensor bias() {
        return bias;
    }

    /** x [batch, in, length] to [batch, out, length']. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, this::convolved);
    }

    private Tensor convolved(Tensor x) {
        Tensor w = spectralNorm == null ? weight : spectralNorm.normalise(weight, isTraining());
        long padding = options.circular ? 0 : options.padding;
        Tensor padded = !options.circular ? x
                : Functional.pad(x, new long[] {options.padding, options.padding}, "circular");
        return Functional.conv1d(padded, w, bias, options.stride, padding, options.dilation, options.groups);
    }

    @Override
    protected String extraRepr() {
        long in = weight.size(1) * options.groups;
        return ConvNd.repr(in, weight.size(0), ConvNd.Options.kernel(options.kernel).withStride(options.stride)
                .withPadding(options.padding).withDilation(options.dilation).withGroups(options.groups)
                .withBias(options.bias)) + (options.circular ? ", padding_mode=circular" : "");
    }

    /**
     * The arguments of PyTorch's constructor other than the channels, and spectral norm.
     *
     * @param circular     whether the padding wraps around instead of being 0
     * @param spectralNorm whether the weight is divided by an estimate of its largest singular value
     */
    public record Options(long kernel, long stride, long padding, long dilation, long groups, boolean bias,
            boolean circular, boolean spectralNorm) {

        /** A kernel of this size, stride 1, no padding, a bias. */
        public static Options kernel(long size) {
            return new Options(size, 1, 0, 1, 1, true, false, false);
        }

        /** With this stride. */
        public Options withStride(long value) {
            return new Options(kernel, value, padding, dilation, groups, bias, circular, spectralNorm);
        }

        /** With this padding on both sides. */
        public Options withPadding(long value) {
            return new Options(kernel, stride, value, dilation, groups, bias, circular, spectralNorm);
        }

        /** With this distance between the kernel's elements. */
        public Options withDilation(long value) {
            return new Options(kernel, stride, padding, value, groups, bias, circular, spectralNorm);
        }

        /** With channels in this many groups. */
        public Options withGroups(long value) {
            return new Options(kernel, stride, padding, dilation, value, bias, circular, spectralNorm);
        }

        /** With or without a bias. */
        public Options withBias(boolean value) {
            return new Options(kernel, stride, padding, dilation, groups, value, circular, spectralNorm);
        }

        /** With padding that wraps around, or with zeros. */
        public Options withCircular(boolean value) {
            return new Options(kernel, stride, padding, dilation, groups, bias, value, spectralNorm);
        }

        /** With or without spectral norm. */
        public Options withSpectralNorm(boolean value) {
            return new Options(kernel, stride, padding, dilation, groups, bias, circular, value);
        }
    }
}
