import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes everything that follows from the op schema and the curated list: the C header and bodies, the Java methods,
 * the index that the tests read, and the report of entries left out.
 *
 * <p>Run by {@code tools/generate-ops}: {@code OpGenerator SCHEMA REPOSITORY [--check]}. With {@code --check} nothing
 * is written, and a file that would change is an error.
 */
public final class OpGenerator {

    private OpGenerator() {}

    public static void main(String[] args) throws IOException {
        Path repository = Path.of(args[1]);
        boolean check = args.length > 2 && args[2].equals("--check");
        Map<String, Schema> schemas = Schema.parseAll(Files.readAllLines(Path.of(args[0])));
        List<Chapter> chapters = Chapter.read(repository.resolve("tools/opgen/ops.list"), schemas);
        JavaWriter java = new JavaWriter(chapters);
        Map<String, String> files = new LinkedHashMap<>();
        files.put("cpp-shim/generated/ops.h", CppWriter.header(chapters));
        chapters.forEach(c -> files.put("cpp-shim/generated/ops_" + c.name() + ".cpp", CppWriter.body(c)));
        java.files().forEach((name, text) -> files.put("src/generated/java/org/flowprior/torch/" + name, text));
        files.put("src/test/resources/org/flowprior/torch/ops.tsv", java.index());
        files.put("tools/opgen/left-out.txt", LeftOut.report(schemas, chapters));
        int changed = 0;
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = repository.resolve(file.getKey());
            if (Files.exists(path) && Files.readString(path).equals(file.getValue())) {
                continue;
            }
            changed++;
            System.out.println((check ? "differs: " : "wrote ") + file.getKey());
            if (!check) {
                Files.createDirectories(path.getParent());
                Files.writeString(path, file.getValue());
            }
        }
        int ops = chapters.stream().mapToInt(c -> c.ops().size()).sum();
        System.out.println(ops + " ops in " + chapters.size() + " chapters, " + changed + " files changed");
        if (check && changed > 0) {
            System.exit(1);
        }
    }
}
