package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of tools/oracle/official_files.py. */
@InScope
class OfficialFilesTest {

    private static final String FOLDER = "torch/io/";

    /** The options that ruamel.yaml read, in an {@code argparse.Namespace} and as they came. */
    @ParameterizedTest
    @ValueSource(strings = {"ruamel.pt", "ruamel-protocol4.pt", "ruamel-legacy.pth"})
    void valuesOfRuamelYamlArePlain(String name) {
        Map<?, ?> root = (Map<?, ?>) PtFile.read(Resources.path(FOLDER + name));

        for (String entry : List.of("args", "tree")) {
            Map<?, ?> options = (Map<?, ?>) root.get(entry);
            assertThat(options.get("lr")).isEqualTo(1e-4);
            assertThat(options.get("tau")).isEqualTo(0.2);
            assertThat(options.get("exponent")).isEqualTo(1500.0);
            assertThat(options.get("hexadecimal")).isEqualTo(16L);
            assertThat(options.get("thousand")).isEqualTo(1000L);
            assertThat(options.get("count")).isEqualTo(12L);
            assertThat(options.get("flag")).isEqualTo(true);
            assertThat(options.get("off")).isEqualTo(false);
            assertThat(options.get("plain")).isEqualTo("text");
            assertThat(options.get("double")).isEqualTo("quoted");
            assertThat(options.get("single")).isEqualTo("q");
            assertThat(options.get("folded")).isEqualTo("two lines\n");
            assertThat(options.get("literal")).isEqualTo("block\n");
            assertThat(options.get("betas")).isEqualTo(List.of(0.9, 0.95));
            assertThat(options.get("nested")).isEqualTo(Map.of("weight", 0.01, "names", List.of("x", "y")));
            assertThat(options.get("merged")).isEqualTo(Map.of("p", 1L, "q", 2.5));
            assertThat(options.get("empty")).isEqualTo(Map.of());
            assertThat(options.get("none")).isNull();
            assertThat(((InertObject) options.get("when")).type()).isEqualTo("datetime.datetime");
        }
        assertIsState(PtFile.readStateDict(Resources.path(FOLDER + name), "ema"));
    }

    private static void assertIsState(Map<?, ?> state) {
        assertThat(((Tensor) state.get("weight")).toFloatArray()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(((Tensor) state.get("bias")).toFloatArray()).containsExactly(0.5f, -0.5f);
    }

    /** The older format, with the pickles of Python 3. */
    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    void theOlderFormatIsReadInEveryProtocol(int protocol) {
        String name = FOLDER + "legacy-protocol" + protocol + ".pth";

        assertIsState(PtFile.readStateDict(Resources.path(name), "model"));
        assertThat(TensorFiles.list(Resources.path(name)).toString()).contains("steps = 7");
    }

    @Test
    void objectsOfUnknownClassesAreNamedAndNotMade() {
        Map<?, ?> root = (Map<?, ?>) PtFile.read(Resources.path(FOLDER + "unknown.pt"));

        assertThat(root.get("class").toString()).isEqualTo("inert torch.nn.modules.linear.Linear");
        InertObject module = (InertObject) root.get("module");
        assertThat(module.type()).isEqualTo("torch.nn.modules.linear.Linear");
        assertThat(module.parts().get("in_features")).isEqualTo(3L);
        Map<?, ?> parameters = (Map<?, ?>) module.parts().get("_parameters");
        Tensor weight = (Tensor) parameters.get("weight");
        assertThat(weight.equal((Tensor) ((Map<?, ?>) root.get("model")).get("weight"))).isTrue();
        InertObject path = (InertObject) root.get("path");
        assertThat(path.parts()).isEqualTo(Map.of("arguments", List.of("a", "b")));
        InertObject groups = (InertObject) root.get("groups");
        assertThat(groups.parts().get("g")).isEqualTo(List.of(1L));
        InertObject loop = (InertObject) root.get("loop");
        assertThat(loop.parts().get("self")).isSameAs(loop);
        assertThat(loop.parts().get("name")).isEqualTo("own");
    }

    @Test
    void whatIsInertIsListedWithItsParts() {
        List<String> lines = TensorFiles.list(Resources.path(FOLDER + "unknown.pt")).stream()
                .map(TensorFiles.Entry::toString).toList();

        assertThat(lines).contains("class = inert torch.nn.modules.linear.Linear, not read",
                "loop = inert someones_options.Options, not read", "loop.lr = 0.5", "loop.name = own",
                "loop.self = inert someones_options.Options, not read", "module._parameters.bias float32[2]");
    }

    @Test
    void anInertObjectIsNoStateDict() {
        assertThatThrownBy(() -> PtFile.readStateDict(Resources.path(FOLDER + "unknown.pt"), "module"))
                .hasMessageContaining("holds inert torch.nn.modules.linear.Linear, so no state dict under 'module'");
    }
}
