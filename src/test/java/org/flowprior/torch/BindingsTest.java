package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.flowprior.torch.ffi.Shim;
import org.junit.jupiter.api.Test;

/** The bindings, which are checked in, against the shim's header and the library that was built from it. */
class BindingsTest {

    private static final Pattern FUNCTION = Pattern.compile("FP_API (\\w+) (fp_\\w+)\\(([^)]*)\\)");

    @Test
    void theBindingsAreTheFunctionsOfTheHeader() throws Exception {
        Map<String, String> declared = declared();
        assertThat(declared).hasSizeGreaterThan(900);
        assertThat(bound()).containsExactlyInAnyOrderEntriesOf(declared);
    }

    @Test
    void theLibraryHasEveryFunctionOfTheHeader() throws Exception {
        Libtorch.load();
        SymbolLookup symbols = SymbolLookup.loaderLookup();
        assertThat(declared().keySet()).allMatch(name -> symbols.find(name).isPresent());
    }

    /** The functions of the headers: names and Java types, for example {@code int(long, MemorySegment)}. */
    private static Map<String, String> declared() throws IOException {
        Map<String, String> functions = new TreeMap<>();
        for (String header : List.of("cpp-shim/flowprior.h", "cpp-shim/generated/ops.h")) {
            FUNCTION.matcher(Files.readString(Path.of(header))).results().forEach(m -> functions.put(m.group(2),
                    javaType(m.group(1)) + Arrays.stream(m.group(3).split(",")).filter(p -> !p.equals("void"))
                            .map(BindingsTest::javaType).toList()));
        }
        return functions;
    }

    private static String javaType(String declaration) {
        String type = declaration.strip();
        if (type.contains("*") || type.matches("fp_\\w+_fn .*")) {
            return MemorySegment.class.getSimpleName();
        }
        return switch (type.split("\\s+")[0]) {
            case "int32_t" -> "int";
            case "int64_t" -> "long";
            case "double" -> "double";
            default -> throw new AssertionError("a type that the header's manners do not know: " + type);
        };
    }

    private static Map<String, String> bound() {
        Map<String, String> functions = new TreeMap<>();
        for (Method method : Shim.class.getMethods()) {
            if (method.getName().matches("fp_\\w+") && !method.getName().contains("$")) {
                functions.put(method.getName(), method.getReturnType().getSimpleName()
                        + Arrays.stream(method.getParameterTypes()).map(Class::getSimpleName).toList());
            }
        }
        return functions;
    }
}
