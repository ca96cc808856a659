package org.flowprior.torch.nn;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** What the transposed convolutions share. */
public abstract sealed class ConvTransposeNd<S extends ConvTransposeNd<S>> extends ConvNd<S>
        permits ConvTranspose1d, ConvTranspose2d, ConvTranspose3d {

    private final int dims;

    ConvTransposeNd(long in, long out, Options options, Generator generator, int dims) {
        super(in, out, options.of(dims), generator,
                Torch.empty(weightShape(in, out / options.groups(), Sizes.of(dims, options.kernel()))));
        this.dims = dims;
    }

    /** x [batch, in, ...] or [in, ...] to the same with out channels and other sizes. */
    @Override
    public final Tensor forward(Tensor x) {
        return hooked(x, in -> transposed(in, options.outputPadding()));
    }

    /**
     * As {@link #forward(Tensor)}, with that output padding that gives these sizes.
     *
     * @throws IllegalArgumentException for sizes that no output padding gives
     */
    public final Tensor forward(Tensor x, long... outputSize) {
        long[] size = Sizes.of(dims, outputSize);
        long[] padding = new long[dims];
        for (int i = 0; i < dims; i++) {
            long smallest = (x.size(x.dim() - dims + i) - 1) * options.stride()[i] - 2 * options.padding()[i]
                    + options.dilation()[i] * (options.kernel()[i] - 1) + 1;
            padding[i] = size[i] - smallest;
            if (padding[i] < 0 || padding[i] >= Math.max(options.stride()[i], options.dilation()[i])) {
                throw new IllegalArgumentException("the output of " + typeName() + " has no size " + size[i]
                        + " in dimension " + i + "; the smallest is " + smallest);
            }
        }
        return hooked(x, in -> transposed(in, padding));
    }

    abstract Tensor transposed(Tensor x, long[] outputPadding);
}
