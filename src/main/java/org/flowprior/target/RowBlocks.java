package org.flowprior.target;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.flowprior.torch.Checkpoint;
import org.flowprior.torch.Device;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Applies a function of rows to a block of rows at a time, so that what it makes on the way stays small. */
final class RowBlocks {

    /** Elements of the largest tensor on the way: about what a core's cache holds. */
    private static final long CACHE = 1 << 18;
    /** The same for a device that wants large operations. */
    private static final long LARGE = 1 << 24;
    /** Elements of such a tensor for all rows, above which autograd runs a block again rather than keep it. */
    private static final long KEPT = 1 << 23;

    private RowBlocks() {}

    /** Rows of a block. */
    static long rows(long elementsPerRow, Device device) {
        return Math.max(1, (device.type() == Device.Type.CPU ? CACHE : LARGE) / elementsPerRow);
    }

    /**
     * Applies the function.
     *
     * @param function       of the inputs' rows; it must use no other tensors, as it may run again in backward
     * @param elementsPerRow of the largest tensor that it makes for one row
     * @param inputs         of N rows each
     * @return its results, one below the other
     */
    static Tensor map(Function<List<Tensor>, Tensor> function, long elementsPerRow, Tensor... inputs) {
        long count = inputs[0].size(0);
        boolean again = count * elementsPerRow > KEPT && Arrays.stream(inputs).anyMatch(Tensor::requiresGrad);
        long rows = rows(elementsPerRow, inputs[0].device());
        if (count <= rows) {
            return Scope.returning(() -> function.apply(List.of(inputs)));
        }
        return Scope.returning(() -> {
            List<Tensor> results = new ArrayList<>();
            for (long first = 0; first < count; first += rows) {
                long from = first;
                long length = Math.min(rows, count - first);
                List<Tensor> parts = Arrays.stream(inputs).map(input -> input.narrow(0, from, length)).toList();
                results.add(Scope.returning(() -> again ? Checkpoint.run(function, parts) : function.apply(parts)));
            }
            return Torch.cat(results);
        });
    }
}
