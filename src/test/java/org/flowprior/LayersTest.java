package org.flowprior;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The floors of the house: a package knows those below it, and no two packages know each other. */
class LayersTest {

    private static final Map<String, Integer> FLOORS = Map.ofEntries(
            Map.entry("torch.ffi", 0), Map.entry("torch", 1),
            Map.entry("torch.nn", 2), Map.entry("torch.optim", 2), Map.entry("torch.io", 2),
            Map.entry("flow", 3), Map.entry("target", 3), Map.entry("vision", 3), Map.entry("data", 3),
            Map.entry("eval", 4), Map.entry("autoencoder", 4), Map.entry("mar", 4),
            Map.entry("train", 5), Map.entry("plot", 6), Map.entry("cli", 6));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.flowprior");

    private static String room(JavaClass type) {
        return type.getPackageName().substring("org.flowprior.".length());
    }

    @Test
    void everyPackageHasAFloor() {
        assertThat(CLASSES.stream().map(LayersTest::room)).isSubsetOf(FLOORS.keySet());
    }

    @Test
    void nobodyLooksUp() {
        List<String> upward = new ArrayList<>();
        for (JavaClass type : CLASSES) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (target.getPackageName().startsWith("org.flowprior.")
                        && FLOORS.get(room(target)) > FLOORS.get(room(type))) {
                    upward.add(dependency.getDescription());
                }
            }
        }
        assertThat(upward).isEmpty();
    }

    @Test
    void noTwoPackagesKnowEachOther() {
        slices().matching("org.flowprior.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void onlyTorchCallsTheBindings() {
        Set<String> callers = new java.util.TreeSet<>();
        for (JavaClass type : CLASSES) {
            if (type.getDirectDependenciesFromSelf().stream().anyMatch(
                    d -> d.getTargetClass().getPackageName().equals("org.flowprior.torch.ffi"))) {
                callers.add(room(type));
            }
        }
        assertThat(callers).containsExactlyInAnyOrder("torch", "torch.ffi");
    }
}
