package org.flowprior.torch;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.flowprior.fixtures.Resources;

/** The schema entries and their Java methods, from the generator's {@code ops.tsv}. */
final class OpIndex {

    private static final Map<String, Class<?>> TYPES = Map.ofEntries(Map.entry("Tensor", Tensor.class),
            Map.entry("List<Tensor>", List.class), Map.entry("List<? extends Number>", List.class),
            Map.entry("Number", Number.class), Map.entry("long", long.class), Map.entry("Long", Long.class),
            Map.entry("long[]", long[].class), Map.entry("double", double.class), Map.entry("Double", Double.class),
            Map.entry("double[]", double[].class), Map.entry("boolean", boolean.class),
            Map.entry("Boolean", Boolean.class), Map.entry("String", String.class), Map.entry("DType", DType.class),
            Map.entry("Device", Device.class), Map.entry("MemoryFormat", MemoryFormat.class),
            Map.entry("Reduction", Reduction.class), Map.entry("Generator", Generator.class));

    /**
     * One schema entry.
     *
     * @param owner   simple name of the class or interface that declares its methods
     * @param full    parameter types of the form that takes every argument
     * @param shorter parameter types of the forms that call the full one
     */
    record Op(String entry, String owner, String method, List<String> full, List<List<String>> shorter) {

        /** Whether self is the object that the method is called on. */
        boolean isMethod() {
            return owner.endsWith("Ops");
        }

        Method find(List<String> types) {
            Class<?>[] parameters = types.stream().map(TYPES::get).toArray(Class[]::new);
            try {
                return (isMethod() ? Tensor.class : Class.forName("org.flowprior.torch." + owner))
                        .getMethod(method, parameters);
            } catch (ReflectiveOperationException e) {
                throw new AssertionError("ops.tsv names a method that is not there: " + this + types, e);
            }
        }
    }

    private OpIndex() {}

    static List<Op> read() {
        List<Op> ops = new ArrayList<>();
        for (String line : Resources.text("torch/ops.tsv").lines().toList()) {
            if (!line.startsWith("#")) {
                String[] columns = line.split("\t", -1);
                List<List<String>> shorter = Pattern.compile("\\(([^)]*)\\)").matcher(columns[4]).results()
                        .map((MatchResult m) -> types(m.group(1))).toList();
                ops.add(new Op(columns[0], columns[1], columns[2], types(columns[3]), shorter));
            }
        }
        return ops;
    }

    private static List<String> types(String column) {
        return column.isEmpty() ? List.of() : List.of(column.split(";"));
    }
}
