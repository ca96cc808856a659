package org.flowprior.torch.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * What a module consists of: {@link #toString} is a table of it.
 *
 * @param rows       each module once, parents first
 * @param parameters values in all parameters, each counted once
 * @param trainable  those of them that require gradients
 * @param stateBytes bytes of all parameters and buffers
 * @param outputBytes bytes of the outputs of all modules without children that ran
 */
public record Summary(List<Row> rows, long parameters, long trainable, long stateBytes, long outputBytes) {

    /**
     * One module.
     *
     * @param path        its name from the root, empty for the root
     * @param type        the name of its class
     * @param depth       0 for the root
     * @param outputShape the shape of its last output, or null if it has not run
     * @param parameters  values in its parameters and in those below it
     * @param bytes       bytes of its parameters and buffers and of those below it
     */
    public record Row(String path, String type, int depth, long[] outputShape, long parameters, long bytes) {}

    static Summary of(Module root, Runnable forward) {
        Map<Module, long[]> shapes = new HashMap<>();
        Map<Module, Long> outputs = new HashMap<>();
        List<RemovableHandle> handles = new ArrayList<>();
        root.modules().forEach(module -> handles.add(module.registerForwardHook((m, inputs, output) -> {
            shapes.put(m, output.shape());
            if (m.children().isEmpty()) {
                outputs.merge(m, bytes(output), Long::sum);
            }
            return null;
        })));
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            root.inEvaluation(forward);
        } finally {
            handles.forEach(RemovableHandle::remove);
        }
        List<Row> rows = new ArrayList<>();
        root.namedModules().forEach((path, module) -> rows.add(new Row(path, module.typeName(),
                path.isEmpty() ? 0 : path.split("\\.").length, shapes.get(module), module.parameterCount(),
                stateBytes(module))));
        return new Summary(List.copyOf(rows), root.parameterCount(),
                root.parameters().stream().filter(Tensor::requiresGrad).mapToLong(Tensor::numel).sum(),
                stateBytes(root), outputs.values().stream().mapToLong(Long::longValue).sum());
    }

    private static long bytes(Tensor tensor) {
        return tensor.numel() * tensor.dtype().bytes();
    }

    private static long stateBytes(Module module) {
        Set<Long> seen = new HashSet<>();
        List<Tensor> tensors = new ArrayList<>(module.namedParameters().values());
        tensors.addAll(module.namedBuffers().values());
        return tensors.stream().filter(tensor -> seen.add(tensor.identity())).mapToLong(Summary::bytes).sum();
    }

    @Override
    public String toString() {
        List<String[]> cells = new ArrayList<>();
        cells.add(new String[] {"module", "output shape", "parameters", "bytes"});
        for (Row row : rows) {
            String name = row.path.isEmpty() ? "" : " (" + row.path.substring(row.path.lastIndexOf('.') + 1) + ")";
            cells.add(new String[] {"  ".repeat(row.depth) + row.type + name,
                row.outputShape == null ? "-" : Arrays.toString(row.outputShape), number(row.parameters),
                number(row.bytes)});
        }
        int[] widths = new int[4];
        cells.forEach(row -> Arrays.setAll(widths, i -> Math.max(widths[i], row[i].length())));
        String format = "%-" + widths[0] + "s  %-" + widths[1] + "s  %" + widths[2] + "s  %" + widths[3] + "s%n";
        StringBuilder text = new StringBuilder();
        cells.forEach(row -> text.append(String.format(format, (Object[]) row)));
        return text + String.format("%s parameters, %s of them trainable; %s bytes of state, %s bytes of outputs",
                number(parameters), number(trainable), number(stateBytes), number(outputBytes));
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
