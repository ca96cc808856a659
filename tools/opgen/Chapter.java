import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A chapter of the curated list: a C++ file, an interface of methods, a class of static functions.
 *
 * @param functions the class of the entries that are not methods
 * @param prefix    removed from the start of their names, for example {@code linalg_}
 */
record Chapter(String name, String functions, String prefix, List<Op> ops) {

    /**
     * One listed entry.
     *
     * @param check the function of op_checks.h that checks the arguments first, or null
     */
    record Op(Schema schema, List<Marshal> arguments, List<String> resultNames, String check) {

        String cName() {
            return "fp_" + schema.symbol();
        }

        /** A method of Tensor: PyTorch has it as one, and self comes first. */
        boolean isMethod() {
            return schema.method() && !arguments.isEmpty() && arguments.get(0).argument().name().equals("self")
                    && arguments.get(0).argument().type().equals("Tensor");
        }
    }

    /** The Java interface of the chapter's methods, for example {@code PointwiseOps}. */
    String methods() {
        String camel = Marshal.camel(name);
        return Character.toUpperCase(camel.charAt(0)) + camel.substring(1) + "Ops";
    }

    static List<Chapter> read(Path list, Map<String, Schema> schemas) throws IOException {
        List<Chapter> chapters = new ArrayList<>();
        for (String raw : Files.readAllLines(list)) {
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("[")) {
                String[] words = line.split("\\s+");
                String name = words[0].substring(1, words[0].length() - 1);
                chapters.add(new Chapter(name, words[1], words.length > 3 ? words[3] : "", new ArrayList<>()));
                continue;
            }
            String[] halves = line.split("\\s*->\\s*");
            String[] words = halves[0].split("\\s+when\\s+");
            Schema schema = schemas.get(words[0]);
            if (schema == null) {
                throw new IllegalArgumentException(list + ": no schema entry " + words[0]);
            }
            List<Marshal> arguments = schema.arguments().stream().map(a -> Marshal.of(schema, a)).toList();
            List<String> names = halves.length > 1 ? Arrays.asList(halves[1].split("\\s+"))
                    : schema.results().stream().map(Schema.Result::name).toList();
            if (schema.results().size() > 1 && names.contains(null)) {
                throw new IllegalArgumentException(list + ": name the results of " + schema.text() + " after ->");
            }
            chapters.get(chapters.size() - 1).ops()
                    .add(new Op(schema, arguments, names, words.length > 1 ? words[1] : null));
        }
        return chapters;
    }
}
