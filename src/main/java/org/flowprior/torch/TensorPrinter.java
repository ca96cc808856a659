package org.flowprior.torch;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.LongFunction;

/** Prints tensors: elements in brackets as in PyTorch, then dtype, shape and device. */
final class TensorPrinter {

    private static final int EDGE = 3;
    private static final int SUMMARY_ABOVE = 1000;

    private TensorPrinter() {}

    static String signature(Tensor t) {
        return t.dtype() + Arrays.toString(t.shape()) + " " + t.device() + (t.requiresGrad() ? " requiresGrad" : "");
    }

    static String print(Tensor t) {
        if (t.device().type() == Device.Type.META) {
            return "tensor(..., " + signature(t) + ")";
        }
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            boolean summary = t.numel() > SUMMARY_ABOVE;
            // Converts only the printed elements, so that a large tensor is not copied.
            Tensor shown = summary ? edges(t) : t;
            return "tensor(" + nested(t.shape(), shown.shape(), 0, 0, elements(shown)) + ", " + signature(t) + ")";
        }
    }

    /** The first and last positions of each long dimension. */
    private static Tensor edges(Tensor t) {
        Tensor kept = t.detach();
        for (int dim = 0; dim < t.dim(); dim++) {
            long size = kept.size(dim);
            if (size > 2 * EDGE) {
                kept = Torch.cat(List.of(kept.narrow(dim, 0, EDGE), kept.narrow(dim, size - EDGE, EDGE)), dim);
            }
        }
        return kept;
    }

    private static LongFunction<String> elements(Tensor t) {
        if (t.dtype().isComplex()) {
            double[] parts = Torch.viewAsReal(t.resolveConj().to(DType.COMPLEX128)).toDoubleArray();
            return i -> number(parts[(int) (2 * i)]) + (parts[(int) (2 * i + 1)] < 0 ? "" : "+")
                    + number(parts[(int) (2 * i + 1)]) + "j";
        }
        if (t.dtype().isFloatingPoint()) {
            double[] values = t.toDoubleArray();
            return i -> number(values[(int) i]);
        }
        long[] values = t.toLongArray();
        return t.dtype() == DType.BOOL ? i -> values[(int) i] != 0 ? "true" : "false"
                : i -> Long.toString(values[(int) i]);
    }

    private static String number(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, value == Math.rint(value) && size < 1e5 ? "%.1f"
                : size >= 1e5 || size < 1e-4 ? "%.4e" : "%.4f", value);
    }

    private static String nested(long[] shape, long[] shown, int dim, long offset, LongFunction<String> element) {
        if (dim == shape.length) {
            return element.apply(offset);
        }
        long inner = 1;
        for (int d = dim + 1; d < shown.length; d++) {
            inner *= shown[d];
        }
        String separator = dim == shape.length - 1 ? ", " : ",\n" + " ".repeat(8 + dim);
        StringJoiner out = new StringJoiner(separator, "[", "]");
        for (long i = 0; i < shown[dim]; i++) {
            if (i == EDGE && shown[dim] < shape[dim]) {
                out.add("...");
            }
            out.add(nested(shape, shown, dim + 1, offset + i * inner, element));
        }
        return out.toString();
    }
}
