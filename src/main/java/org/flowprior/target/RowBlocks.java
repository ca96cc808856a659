package org.flowprior.target;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.flowprior.torch.Checkpoint;
import org.flowprior.torch.Device;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Applies a function of rows to a block of rows at a time, which keeps its intermediate tensors small. */
final class RowBlocks {

    /** Elements of the largest intermediate tensor on a CPU: about what a core's cache holds. */
    private static final long CACHE = 1 << 18;
    /** The same on a device that needs large operations. */
    private static final long LARGE = 1 << 24;
    /** If such a tensor has more elements for all rows, backward computes a block again instead of keeping it. */
    private static final long KEPT = 1 << 23;

    private RowBlocks() {}

    /** Returns the rows of a block. */
    static long rows(long elementsPerRow, Device device) {
        return Math.max(1, (device.type() == Device.Type.CPU ? CACHE : LARGE) / elementsPerRow);
    }

    /**
     * Applies a function to the rows of x, [N, &hellip;].
     *
     * @param function       must use no other tensors, as it may run again in backward
     * @param elementsPerRow elements of the largest tensor that it makes for one row
     * @return its results for all blocks, concatenated along dimension 0
     */
    static Tensor map(UnaryOperator<Tensor> function, long elementsPerRow, Tensor x) {
        return map(inputs -> function.apply(inputs.getFirst()), elementsPerRow, List.of(x));
    }

    /** Applies a function to the rows of x and t, [N, &hellip;] each; see the other method. */
    static Tensor map(BinaryOperator<Tensor> function, long elementsPerRow, Tensor x, Tensor t) {
        return map(inputs -> function.apply(inputs.get(0), inputs.get(1)), elementsPerRow, List.of(x, t));
    }

    private static Tensor map(Function<List<Tensor>, Tensor> function, long elementsPerRow, List<Tensor> inputs) {
        long count = inputs.getFirst().size(0);
        boolean again = count * elementsPerRow > KEPT && inputs.stream().anyMatch(Tensor::requiresGrad);
        long rows = rows(elementsPerRow, inputs.getFirst().device());
        if (count <= rows) {
            return Scope.returning(() -> function.apply(inputs));
        }
        return Scope.returning(() -> {
            List<Tensor> results = new ArrayList<>();
            for (long first = 0; first < count; first += rows) {
                long from = first;
                long length = Math.min(rows, count - first);
                List<Tensor> parts = inputs.stream().map(input -> input.narrow(0, from, length)).toList();
                results.add(Scope.returning(() -> again ? Checkpoint.run(function, parts) : function.apply(parts)));
            }
            return Torch.cat(results);
        });
    }
}
