import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How one schema argument crosses the boundary: its C parameters, the C++ expression that rebuilds it, its Java type,
 * and the Java expressions that fill the C parameters. {@link #of} is the only table of types; a type that is not in
 * it stops the generator.
 *
 * @param javaType      type in the full Java signature, or null when Java does not see the argument
 * @param primitiveType the type's form without boxing or arrays, or null when there is none: for an optional int, and
 *                      for an int list of a stated length, which PyTorch also takes as one int
 * @param vararg        whether the last parameter may be written as {@code long...}
 */
record Marshal(Schema.Argument argument, List<String> c, String cpp, String javaType, String primitiveType,
               boolean vararg, List<String> javaCall) {

    String name() {
        return switch (argument.name()) {
            case "default", "float", "int", "double", "long", "this", "new", "assert", "f" -> argument.name() + "_";
            default -> camel(argument.name());
        };
    }

    /** The stated length of an int list. */
    int length() {
        return Integer.parseInt(argument.type().replaceAll(".*\\[(\\d+)\\].*", "$1"));
    }

    static String camel(String snake) {
        StringBuilder out = new StringBuilder();
        boolean up = false;
        for (char ch : snake.toCharArray()) {
            if (ch == '_' && out.length() > 0) {
                up = true;
            } else if (ch != '_') {
                out.append(up ? Character.toUpperCase(ch) : ch);
                up = false;
            }
        }
        return out + (snake.endsWith("_") ? "_" : "");
    }

    static Marshal of(Schema schema, Schema.Argument a) {
        String n = a.name();
        String type = a.type().replace("SymInt", "int").replaceAll("\\[\\d+\\]", "[N]");
        boolean symbolic = a.type().startsWith("SymInt");
        boolean sized = a.type().matches(".*\\[\\d+\\].*");
        if (n.equals("reduction") && "Mean".equals(a.defaultValue())) {
            return new Marshal(a, List.of("int64_t " + n), n, "Reduction", null, false,
                    List.of("CallFrame.required($, \"$\").code()"));
        }
        return switch (type) {
            case "Tensor" -> simple(a, "int64_t", "In(" + n + ").ref()", "Tensor", "f.in($, \"$\")");
            case "Tensor?" -> simple(a, "int64_t", "as_optional_tensor(" + n + ")", "Tensor", "f.optional($)");
            case "Tensor[]" -> list(a, "int64_t", "as_tensors(%s, %s_count)", "List<Tensor>", "f.tensors($, \"$\")",
                    "$.size()");
            case "Tensor?[]" -> list(a, "int64_t", "as_optional_tensors(%s, %s_count)", "List<Tensor>",
                    "f.optionalTensors($, \"$\")", "$.size()");
            case "Scalar" -> new Marshal(a, List.of("int32_t " + n + "_kind", "int64_t " + n + "_bits"),
                    "as_scalar(" + n + "_kind, " + n + "_bits)", "Number", null, false,
                    List.of("CallFrame.kind($, \"$\")", "CallFrame.bits($)"));
            case "Scalar?" -> new Marshal(a, List.of("int32_t " + n + "_kind", "int64_t " + n + "_bits"),
                    "as_optional_scalar(" + n + "_kind, " + n + "_bits)", "Number", null, false,
                    List.of("$ == null ? 0 : CallFrame.kind($, \"$\")", "CallFrame.bits($)"));
            case "Scalar[]" -> new Marshal(a, List.of("const int32_t* " + n + "_kinds", "const int64_t* " + n + "_bits",
                    "int64_t " + n + "_count"), "as_scalars(" + n + "_kinds, " + n + "_bits, " + n + "_count)",
                    "List<? extends Number>", null, false, List.of("f.kinds($, \"$\")", "f.bits($)", "$.size()"));
            case "int" -> simple(a, "int64_t", n, "long", "$");
            case "int?" -> optional(a, "int64_t", "as_given(" + n + "_given, " + n + ")", "Long", "long", "$ == null ? 0 : $");
            case "int[]", "int[N]" -> ints(a, "as_ints", symbolic, sized, "f.longs($, \"$\")", "$.length");
            case "int[]?", "int[N]?" -> ints(a, "as_optional_ints", symbolic, sized, "f.optionalLongs($)",
                    "$ == null ? 0 : $.length");
            case "float" -> simple(a, "double", n, "double", "$");
            case "float?" -> optional(a, "double", "as_given(" + n + "_given, " + n + ")", "Double", null, "$ == null ? 0 : $");
            case "float[]?" -> list(a, "double", "as_optional_doubles(%s, %s_count)", "double[]", "f.optionalDoubles($)",
                    "$ == null ? 0 : $.length");
            case "bool" -> simple(a, "int32_t", n + " != 0", "boolean", "$ ? 1 : 0");
            case "bool?" -> optional(a, "int32_t", "as_given(" + n + "_given, " + n + " != 0)", "Boolean", null,
                    "Boolean.TRUE.equals($) ? 1 : 0");
            case "ScalarType" -> simple(a, "int32_t", "as_dtype(" + n + ")", "DType", "CallFrame.required($, \"$\").code()");
            case "ScalarType?" -> optional(a, "int32_t", "as_given(" + n + "_given, as_dtype(" + n + "))", "DType", null,
                    "$ == null ? 0 : $.code()");
            case "MemoryFormat" -> simple(a, "int32_t", "as_memory_format(" + n + ")", "MemoryFormat",
                    "CallFrame.required($, \"$\").code()");
            case "MemoryFormat?" -> optional(a, "int32_t", "as_given(" + n + "_given, as_memory_format(" + n + "))",
                    "MemoryFormat", null, "$ == null ? 0 : $.code()");
            case "Device" -> new Marshal(a, List.of("int32_t " + n + "_type", "int32_t " + n + "_index"),
                    "as_device(" + n + "_type, " + n + "_index)", "Device", null, false,
                    List.of("CallFrame.required($, \"$\").type().code()", "$.index()"));
            case "Device?" -> new Marshal(a, List.of("int32_t " + n + "_given", "int32_t " + n + "_type",
                    "int32_t " + n + "_index"), "as_given(" + n + "_given, as_device(" + n + "_type, " + n + "_index))",
                    "Device", null, false, List.of("$ == null ? 0 : 1", "$ == null ? 0 : $.type().code()",
                    "$ == null ? -1 : $.index()"));
            case "str" -> simple(a, "const char*", "std::string_view(" + n + ")", "String", "f.string($, \"$\")");
            case "str?" -> simple(a, "const char*", "as_optional_string(" + n + ")", "String", "f.optionalString($)");
            case "Generator?" -> simple(a, "int64_t", "as_generator(" + n + ")", "Generator", "$ == null ? 0 : $.handle()");
            // Sparse layouts are out of flowprior's scope: every tensor is strided, and neither C nor Java asks.
            case "Layout?" -> new Marshal(a, List.of(), "std::optional<at::Layout>()", null, null, false, List.of());
            default -> throw new IllegalStateException(
                    "argument type " + a.type() + " of " + schema.entry() + " has no marshalling");
        };
    }

    private static Marshal simple(Schema.Argument a, String cType, String cpp, String javaType, String call) {
        return new Marshal(a, List.of(cType + " " + a.name()), cpp, javaType, null, false, List.of(call));
    }

    private static Marshal optional(Schema.Argument a, String cType, String cpp, String boxed, String primitive,
                                    String value) {
        return new Marshal(a, List.of("int32_t " + a.name() + "_given", cType + " " + a.name()), cpp, boxed, primitive,
                false, List.of("$ == null ? 0 : 1", value));
    }

    private static Marshal list(Schema.Argument a, String element, String cpp, String javaType, String call,
                                String length) {
        return new Marshal(a, List.of("const " + element + "* " + a.name(), "int64_t " + a.name() + "_count"),
                cpp.replace("%s", a.name()), javaType, null, false, List.of(call, length));
    }

    private static Marshal ints(Schema.Argument a, String helper, boolean symbolic, boolean sized, String call,
                                String length) {
        return new Marshal(a, List.of("const int64_t* " + a.name(), "int64_t " + a.name() + "_count"),
                helper.replace("ints", symbolic ? "sym_ints" : "ints") + "(" + a.name() + ", " + a.name() + "_count)", "long[]",
                sized ? "long" : null, true, List.of(call, length));
    }

    /** The Java expressions for the C parameters, with the parameter's name in place of the hole. */
    List<String> call() {
        return javaCall.stream().map(text -> text.replace("$", name())).toList();
    }

    /** The schema's default as a Java expression of {@link #javaType}. */
    String javaDefault() {
        String d = argument.defaultValue();
        String cast = "(" + javaType + ") ";
        return switch (javaType) {
            case "long[]" -> d.equals("None") ? cast + "null" : "new long[] {"
                    + Arrays.stream(d.replaceAll("[\\[\\]]", "").split(",")).map(String::strip)
                    .collect(Collectors.joining(", ")) + "}";
            case "Number" -> d.equals("None") ? cast + "null" : cast + "(" + d + ")";
            case "boolean" -> d.toLowerCase();
            case "long" -> d + "L";
            case "double" -> d.contains(".") || d.contains("e") ? d : d + ".0";
            case "Boolean", "Double", "Long" -> d.equals("None") ? cast + "null" : d.toLowerCase();
            case "Reduction" -> "Reduction.MEAN";
            case "MemoryFormat" -> switch (d) {
                case "None" -> cast + "null";
                case "contiguous_format" -> "MemoryFormat.CONTIGUOUS";
                default -> throw new IllegalStateException("default " + d);
            };
            case "DType" -> d.equals("None") ? cast + "null" : "DType.INT64";
            case "String" -> d.equals("None") ? cast + "null" : d.replace('\'', '"');
            default -> {
                if (!d.equals("None") && !d.equals("[]")) {
                    throw new IllegalStateException("default " + d + " for " + javaType);
                }
                yield d.equals("[]") ? "List.of()" : cast + "null";
            }
        };
    }
}
