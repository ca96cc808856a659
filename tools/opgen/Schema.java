import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One entry of {@code native_functions.yaml}: its signature, and whether PyTorch offers it as a method, a function. */
record Schema(String entry, String text, List<Argument> arguments, List<Result> results, boolean method,
              boolean function) {

    /** An argument: schema type without alias marks, name, and the default's spelling or null. */
    record Argument(String type, String name, String defaultValue, boolean mutated) {}

    /** A result: schema type, and its name or null. */
    record Result(String type, String name, boolean mutated) {}

    private static final Pattern FUNC = Pattern.compile("- func: ([\\w.]+)\\((.*)\\) -> (.*)");
    private static final Pattern ALIAS = Pattern.compile("\\([a-z*|]+!?( -> [a-z*|]+)?\\)");

    String base() {
        return entry.split("\\.")[0];
    }

    String overload() {
        return entry.contains(".") ? entry.substring(entry.indexOf('.') + 1) : "";
    }

    /** The name of the struct in {@code at::_ops}, and of the C function after its prefix. */
    String symbol() {
        return entry.replace('.', '_');
    }

    /** True when the only result is the mutated first argument. */
    boolean returnsSelf() {
        return results.size() == 1 && results.get(0).mutated();
    }

    /** Reads all entries of the schema file, in its order. The file spells each signature on one line. */
    static Map<String, Schema> parseAll(List<String> lines) {
        Map<String, Schema> all = new LinkedHashMap<>();
        String pending = null;
        String variants = "function";
        for (String line : lines) {
            if (line.startsWith("- func:")) {
                if (pending != null) {
                    put(all, parse(pending, variants));
                }
                pending = line;
                variants = "function";
            } else if (line.startsWith("  variants:")) {
                variants = line;
            }
        }
        put(all, parse(pending, variants));
        return all;
    }

    private static void put(Map<String, Schema> all, Schema schema) {
        all.put(schema.entry(), schema);
    }

    private static Schema parse(String line, String variants) {
        Matcher m = FUNC.matcher(line.strip());
        if (!m.matches()) {
            throw new IllegalArgumentException("not a signature: " + line);
        }
        List<Argument> arguments = new ArrayList<>();
        for (String part : split(m.group(2))) {
            if (!part.equals("*")) {
                arguments.add(argument(part));
            }
        }
        List<Result> results = new ArrayList<>();
        String returned = m.group(3).strip();
        boolean tuple = returned.startsWith("(");
        for (String part : split(tuple ? returned.substring(1, returned.length() - 1) : returned)) {
            String type = ALIAS.matcher(part).replaceAll("");
            int space = type.indexOf(' ');
            results.add(new Result(space < 0 ? type : type.substring(0, space),
                    space < 0 ? null : type.substring(space + 1), part.contains("!")));
        }
        String text = line.strip().substring("- func: ".length());
        return new Schema(m.group(1), text, arguments, results, variants.contains("method"),
                variants.contains("function"));
    }

    private static Argument argument(String part) {
        String plain = ALIAS.matcher(part).replaceAll("");
        int space = plain.indexOf(' ');
        String name = plain.substring(space + 1);
        int equals = name.indexOf('=');
        return new Argument(plain.substring(0, space), equals < 0 ? name : name.substring(0, equals),
                equals < 0 ? null : name.substring(equals + 1), part.contains("!"));
    }

    /** Splits at commas outside brackets. */
    private static List<String> split(String list) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < list.length(); i++) {
            char c = list.charAt(i);
            if (c == '(' || c == '[') {
                depth++;
            } else if (c == ')' || c == ']') {
                depth--;
            } else if (c == ',' && depth == 0) {
                parts.add(list.substring(start, i).strip());
                start = i + 1;
            }
        }
        if (!list.substring(start).isBlank()) {
            parts.add(list.substring(start).strip());
        }
        return parts;
    }
}
