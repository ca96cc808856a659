package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Convolution over the last dimension: {@code torch.nn.Conv1d}, its keys {@code weight} and {@code bias}. With spectral
 * norm, as PyTorch's {@code spectral_norm} makes it, they are {@code bias}, {@code weight_orig}, {@code weight_u} and
 * {@code weight_v}.
 */
public final class Conv1d extends Layer {

    private final Options options;
    private final Tensor weight;
    private final Tensor bias;
    private final SpectralNorm spectralNorm;

    /** With PyTorch's initial values from the default generator. */
    public Conv1d(long in, long out, Options options) {
        this(in, out, options, null);
    }

    /**
     * With PyTorch's initial values, weight and bias uniform in ±1/√(in / groups · kernel).
     *
     * @param generator the source of the initial values, or null for the default generator
     */
    public Conv1d(long in, long out, Options options, Generator generator) {
        this.options = options;
        Tensor values = Torch.empty(out, in / options.groups, options.kernel);
        Tensor biasValues = options.bias ? Torch.empty(out) : null;
        Init.likeLinear(values, biasValues, generator);
        if (options.spectralNorm) {
            this.bias = options.bias ? registerParameter("bias", biasValues) : null;
            this.weight = registerParameter("weight_orig", values);
            this.spectralNorm = new SpectralNorm(
                    registerBuffer("weight_u", SpectralNorm.unitVector(out, generator), true),
                    registerBuffer("weight_v", SpectralNorm.unitVector(values.numel() / out, generator), true));
        } else {
            this.weight = registerParameter("weight", values);
            this.bias = options.bias ? registerParameter("bias", biasValues) : null;
            this.spectralNorm = null;
        }
    }

    /** The weight [out, in / groups, kernel] as it is stored. */
    public Tensor weight() {
        return weight;
    }

    /** The bias [out], or null. */
    public Tensor bias() {
        return bias;
    }

    /** x [batch, in, length] to [batch, out, length']. */
    @Override
    public Tensor forward(Tensor x) {
        Tensor w = spectralNorm == null ? weight : spectralNorm.normalise(weight, isTraining());
        if (options.circular) {
            Tensor around = Functional.pad(x, new long[] {options.padding, options.padding}, "circular");
            return Functional.conv1d(around, w, bias, options.stride, 0, options.dilation, options.groups);
        }
        return Functional.conv1d(x, w, bias, options.stride, options.padding, options.dilation, options.groups);
    }

    /**
     * What PyTorch's constructor takes beside the channels.
     *
     * @param circular     whether the padding wraps around instead of being 0
     * @param spectralNorm whether the weight is divided by an estimate of its largest singular value
     */
    public record Options(long kernel, long stride, long padding, long dilation, long groups, boolean bias,
            boolean circular, boolean spectralNorm) {

        /** That kernel, stride 1, no padding, a bias. */
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
