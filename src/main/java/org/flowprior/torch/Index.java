package org.flowprior.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One index of {@link Tensor#get} and {@link Tensor#set}, as between Python's brackets:
 * {@code x.get(all(), range(1, 4), at(-1))} is {@code x[:, 1:4, -1]}.
 */
public sealed interface Index {

    /** {@code :}, the whole dimension. */
    static Index all() {
        return new Range(null, null, 1);
    }

    /** {@code position}, counted from the end if negative; the dimension is removed. */
    static Index at(long position) {
        return new At(position);
    }

    /** {@code start:end}. */
    static Index range(long start, long end) {
        return new Range(start, end, 1);
    }

    /** {@code start:end:step}, with a positive step. */
    static Index range(long start, long end, long step) {
        return new Range(start, end, step);
    }

    /** {@code start:}. */
    static Index from(long start) {
        return new Range(start, null, 1);
    }

    /** {@code :end}. */
    static Index to(long end) {
        return new Range(null, end, 1);
    }

    /** {@code ...}, all dimensions that the other indices leave. */
    static Index ellipsis() {
        return new Ellipsis();
    }

    /** {@code None}, a new dimension of size 1. */
    static Index newAxis() {
        return new NewAxis();
    }

    /** Positions (int64) or a mask (bool). */
    static Index of(Tensor positionsOrMask) {
        return new By(positionsOrMask);
    }

    /** One position. */
    record At(long position) implements Index {}

    /** A range; null stands for the start or end of the dimension. */
    record Range(Long start, Long end, long step) implements Index {}

    /** {@code ...}. */
    record Ellipsis() implements Index {}

    /** A new dimension of size 1. */
    record NewAxis() implements Index {}

    /** A tensor of positions, or of booleans. */
    record By(Tensor tensor) implements Index {}

    /** {@code x[indices]}. */
    static Tensor get(Tensor x, Index... indices) {
        List<Tensor> tensors = new ArrayList<>();
        Tensor view = view(x, tensors, indices);
        return tensors.isEmpty() ? view : view.index(tensors);
    }

    /** {@code x[indices] = value}. */
    static void set(Tensor x, Tensor value, Index... indices) {
        List<Tensor> tensors = new ArrayList<>();
        Tensor view = view(x, tensors, indices);
        if (tensors.isEmpty()) {
            view.copy_(value);
        } else {
            view.indexPut_(tensors, value);
        }
    }

    /** Applies positions and ranges; adds the tensors that the op then indexes with, null for a whole dimension. */
    private static Tensor view(Tensor x, List<Tensor> tensors, Index... indices) {
        long consumed = Arrays.stream(indices).mapToLong(i -> switch (i) {
            case Ellipsis e -> 0;
            case NewAxis n -> 0;
            case By by when by.tensor().dtype() == DType.BOOL -> by.tensor().dim();
            default -> 1;
        }).sum();
        long dims = x.dim();
        if (consumed > dims) {
            throw new IndexException("get: " + consumed + " indices for a tensor of " + dims + " dimensions", null);
        }
        if (Arrays.stream(indices).filter(Ellipsis.class::isInstance).count() > 1) {
            throw new IndexException("get: more than one ellipsis", null);
        }
        Tensor view = x;
        long dim = 0;
        for (Index index : indices) {
            switch (index) {
                case At a -> view = view.select(dim, a.position());
                case Range r -> {
                    view = r.start() == null && r.end() == null && r.step() == 1 ? view
                            : view.slice(dim, r.start(), r.end(), r.step());
                    dim++;
                }
                case Ellipsis e -> dim += dims - consumed;
                case NewAxis n -> view = view.unsqueeze(dim++);
                case By by -> {
                    while (tensors.size() < dim) {
                        tensors.add(null);
                    }
                    tensors.add(by.tensor());
                    dim += by.tensor().dtype() == DType.BOOL ? by.tensor().dim() : 1;
                }
            }
        }
        return view;
    }
}
