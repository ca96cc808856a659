package org.flowprior;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The diagram in {@code src/docs/architecture.md} against the compiled packages, and their imports against it. */
class ArchitectureTest {

    private static final String ROOT = "org.flowprior.";
    private static final Path DIAGRAM = Path.of("src/docs/architecture.md");
    private static final Set<String> INTERNAL = Set.of("torch.ffi", "shards", "plot");
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.flowprior");

    /** The floor of each package, by the lines {@code floor N: package, package}. */
    private static Map<String, Integer> floors() throws IOException {
        Map<String, Integer> floors = new TreeMap<>();
        Matcher line = Pattern.compile("(?m)^floor (\\d+): (.+)$").matcher(Files.readString(DIAGRAM));
        while (line.find()) {
            for (String name : line.group(2).split(", ")) {
                floors.put(name, Integer.valueOf(line.group(1)));
            }
        }
        return floors;
    }

    private static String room(JavaClass type) {
        return type.getPackageName().substring(ROOT.length());
    }

    /** Imports of a class of this project between rooms that fit. */
    private static List<String> imports(BiPredicate<String, String> fits) {
        List<String> found = new ArrayList<>();
        for (JavaClass type : CLASSES) {
            type.getDirectDependenciesFromSelf().forEach(dependency -> {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (target.getPackageName().startsWith(ROOT) && fits.test(room(type), room(target))) {
                    found.add(dependency.getDescription());
                }
            });
        }
        return found;
    }

    private static boolean areSisters(String parent, String from, String to) {
        return from.startsWith(parent) && to.startsWith(parent) && !from.equals(to);
    }

    @Test
    void theDiagramNamesEveryPackage() throws IOException {
        TreeSet<String> compiled = new TreeSet<>();
        CLASSES.forEach(type -> compiled.add(room(type)));
        assertThat(floors().keySet()).containsExactlyElementsOf(compiled);
    }

    @Test
    void nobodyLooksUp() throws IOException {
        Map<String, Integer> floors = floors();
        assertThat(imports((from, to) -> floors.get(to) > floors.get(from))).isEmpty();
    }

    @Test
    void noTwoPackagesKnowEachOther() {
        slices().matching("org.flowprior.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void stagesDoNotKnowEachOther() {
        assertThat(imports((from, to) -> areSisters("train.", from, to))).isEmpty();
    }

    @Test
    void commandsDoNotKnowEachOther() {
        assertThat(imports((from, to) -> areSisters("cli.", from, to) && !to.equals("cli.common"))).isEmpty();
    }

    @Test
    void onlyTorchCallsTheBindings() {
        assertThat(imports((from, to) -> to.equals("torch.ffi") && !from.equals("torch.ffi") && !from.equals("torch")))
                .isEmpty();
    }

    @Test
    void noSimpleNameStandsForTwoClasses() {
        Map<String, List<String>> names = new TreeMap<>();
        CLASSES.stream().filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
                .forEach(type -> names.computeIfAbsent(type.getSimpleName(), name -> new ArrayList<>())
                        .add(type.getName()));
        names.values().removeIf(types -> types.size() == 1);
        assertThat(names).isEmpty();
    }

    @Test
    void theModuleExportsWhatUsersCallAndNothingElse() throws IOException {
        Set<String> exported = new TreeSet<>();
        try (InputStream in = ArchitectureTest.class.getModule().getResourceAsStream("module-info.class")) {
            ModuleDescriptor.read(in).exports().forEach(e -> exported.add(e.source().substring(ROOT.length())));
        }
        Set<String> users = new TreeSet<>(floors().keySet());
        users.removeIf(room -> room.startsWith("cli") || INTERNAL.contains(room));
        assertThat(exported).isEqualTo(users);
    }
}
