package org.flowprior.torch.nn;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** What the convolutions of {@link Options} share: {@link Conv3d} and the transposed ones. */
public abstract sealed class ConvNd<S extends ConvNd<S>> extends WeightedLayer<S> permits Conv3d, ConvTransposeNd {

    final Options options;
    private final long in;
    private final long out;

    ConvNd(long in, long out, Options options, Generator generator, Tensor weight) {
        super(weight, options.bias ? Torch.empty(out) : null);
        this.in = in;
        this.out = out;
        this.options = options;
        Init.likeLinear(weight, bias, generator);
    }

    static long[] weightShape(long first, long second, long... kernel) {
        return LongStream.concat(LongStream.of(first, second), Arrays.stream(kernel)).toArray();
    }

    @Override
    protected final String extraRepr() {
        return repr(in, out, options);
    }

    /** A convolution's printout, as in PyTorch. */
    static String repr(long in, long out, Options o) {
        return in + ", " + out + ", kernel_size=" + Python.tuple(o.kernel) + ", stride=" + Python.tuple(o.stride)
                + unless(0, ", padding=", o.padding) + unless(1, ", dilation=", o.dilation)
                + unless(0, ", output_padding=", o.outputPadding) + (o.groups == 1 ? "" : ", groups=" + o.groups)
                + (o.bias ? "" : ", bias=False");
    }

    private static String unless(long usual, String key, long... values) {
        return Arrays.stream(values).allMatch(value -> value == usual) ? "" : key + Python.tuple(values);
    }

    /**
     * The arguments of PyTorch's constructor other than the channels. One number stands for all dimensions.
     *
     * @param outputPadding rows that a transposed convolution adds at the end; 0 otherwise
     */
    public record Options(long[] kernel, long[] stride, long[] padding, long[] outputPadding, long[] dilation,
            long groups, boolean bias) {

        /** A kernel of this size, stride 1, no padding, a bias. */
        public static Options kernel(long... size) {
            return new Options(size, one(1), one(0), one(0), one(1), 1, true);
        }

        private static long[] one(long value) {
            return new long[] {value};
        }

        /** With this stride. */
        public Options withStride(long... value) {
            return new Options(kernel, value, padding, outputPadding, dilation, groups, bias);
        }

        /** With this padding on both sides. */
        public Options withPadding(long... value) {
            return new Options(kernel, stride, value, outputPadding, dilation, groups, bias);
        }

        /** With this padding of the output, at its end. */
        public Options withOutputPadding(long... value) {
            return new Options(kernel, stride, padding, value, dilation, groups, bias);
        }

        /** With this distance between the kernel's elements. */
        public Options withDilation(long... value) {
            return new Options(kernel, stride, padding, outputPadding, value, groups, bias);
        }

        /** With channels in this many groups. */
        public Options withGroups(long value) {
            return new Options(kernel, stride, padding, outputPadding, dilation, value, bias);
        }

        /** With or without a bias. */
        public Options withBias(boolean value) {
            return new Options(kernel, stride, padding, outputPadding, dilation, groups, value);
        }

        Options of(int dims) {
            return new Options(Sizes.of(dims, kernel), Sizes.of(dims, stride), Sizes.of(dims, padding),
                    Sizes.of(dims, outputPadding), Sizes.of(dims, dilation), groups, bias);
        }
    }
}
