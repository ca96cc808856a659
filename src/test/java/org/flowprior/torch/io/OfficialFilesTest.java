package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

    /** Weights, optimiser and epoch in one dict, as {@code training()} of the script. */
    static Map<String, Object> training() {
        Map<String, Object> moments = new LinkedHashMap<>();
        moments.put("step", Torch.ones(new long[0]));
        moments.put("exp_avg", Tensor.of(new float[] {0.1f, 0.2f, 0.3f}, 1, 3));
        moments.put("exp_avg_sq", Tensor.of(new float[] {0.001f, 0.004f, 0.009f}, 1, 3));
        Map<String, Object> group = new LinkedHashMap<>();
        group.put("lr", 0.25);
        group.put("betas", List.of(0.9, 0.999));
        group.put("eps", 1e-8);
        group.put("weight_decay", 0L);
        group.put("amsgrad", false);
        group.put("maximize", false);
        group.put("foreach", null);
        group.put("capturable", false);
        group.put("differentiable", false);
        group.put("fused", null);
        group.put("decoupled_weight_decay", false);
        group.put("params", List.of(0L));
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("model", Map.of("weight", Tensor.of(new float[] {0.75f, -1.25f, 0.25f}, 1, 3)));
        root.put("optimizer", Map.of("state", Map.of(0L, moments), "param_groups", List.of(group)));
        root.put("epoch", 3L);
        return root;
    }

    @Test
    void optimiserAndWeightsOfPyTorchLieInOneFile(@TempDir Path folder) {
        Path again = folder.resolve("again.pt");
        PtFile.write(again, PtFile.read(Resources.path(FOLDER + "training.pt")));
        PtFile.write(folder.resolve("own.pt"), training());

        for (Path file : List.of(Resources.path(FOLDER + "training.pt"), again, folder.resolve("own.pt"))) {
            Map<?, ?> root = (Map<?, ?>) PtFile.read(file);
            Map<?, ?> expected = training();
            assertSameTree(root, expected, "");
        }
    }

    private static void assertSameTree(Object found, Object expected, String name) {
        switch (expected) {
            case Map<?, ?> map -> {
                assertThat(((Map<?, ?>) found).keySet()).as(name).isEqualTo(map.keySet());
                map.forEach((key, part) -> assertSameTree(((Map<?, ?>) found).get(key), part, name + "." + key));
            }
            case List<?> list -> {
                assertThat((List<?>) found).as(name).hasSameSizeAs(list);
                for (int i = 0; i < list.size(); i++) {
                    assertSameTree(((List<?>) found).get(i), list.get(i), name + "." + i);
                }
            }
            case Tensor tensor -> {
                assertThat(((Tensor) found).shape()).as(name).containsExactly(tensor.shape());
                assertThat(((Tensor) found).allclose(tensor, 1e-6, 1e-9)).as(name).isTrue();
            }
            case null -> assertThat(found).as(name).isNull();
            default -> assertThat(found).as(name).isEqualTo(expected);
        }
    }

    /** What {@code arrays()} of the script holds: tensors, text, and what is neither. */
    @ParameterizedTest
    @ValueSource(strings = {"labels.npz", "labels-deflated.npz"})
    void arraysThatAreNoTensorsAreLeftOutAndTextIsRead(String name) {
        Path file = Resources.path(FOLDER + name);

        assertThat(Npz.read(file).keySet()).containsExactly("x");
        assertThat(TensorFiles.readAll(file).get("x").toFloatArray()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(Npz.readStrings(file, "labels")).containsExactly("cat", "größer", "\uD83D\uDE00");
        assertThat(Npz.readStrings(file, "swapped")).containsExactly("ab", "c");
        assertThat(Npz.readStrings(file, "one")).containsExactly("single");
        assertThat(TensorFiles.list(file).stream().map(TensorFiles.Entry::toString)).containsExactly(
                "x float32[3, 2]", "labels = <U6[3], text", "swapped = >U2[2], text", "bytes = |S1[1], not read",
                "one = <U6[], text", "square = <U1[2, 2], text", "objects = |O[2], not read",
                "fields = structured[2], not read", "when = <M8[D][1], not read");
        assertThatThrownBy(() -> Npz.read(file, "labels"::equals)).isExactlyInstanceOf(FormatException.class)
                .hasMessage(file + ": 'labels.npy': an .npy array of type <U6, text, which is no tensor");
        assertThatThrownBy(() -> Npz.read(file, "objects"::equals))
                .hasMessageEndingWith("an .npy array of type |O, which flowprior does not read");
        assertThatThrownBy(() -> Npz.readStrings(file, "x")).isExactlyInstanceOf(FormatException.class)
                .hasMessage(file + ": 'x' is float32[3, 2]; strings are an array of text (U) of one dimension");
        assertThatThrownBy(() -> Npz.readStrings(file, "square")).hasMessageContaining("= <U1[2, 2], text; strings");
        assertThatThrownBy(() -> Npz.readStrings(file, "none")).hasMessageContaining("holds no array 'none'");
    }

    @Test
    void dictsInThemselvesEndAndAFloodOfThemIsRefused(@TempDir Path folder) {
        String tensor = Pickles.tensor(Pickles.storage("FloatStorage", "0", 1), 0, 1, 1);
        byte[] cyclic = Pickles.bytes("\u0080\u0002}q\u0000(" + Pickles.text("a") + tensor + Pickles.text("self")
                + "h\u0000Nh\u0000u.");
        Path file = Pickles.zip(folder.resolve("cyclic.pt"), Map.of("archive/data.pkl", cyclic,
                "archive/data/0", new byte[4]));
        assertThat(PtFile.readTensors(file)).containsOnlyKeys("a");

        StringBuilder flood = new StringBuilder("\u0080\u0002" + tensor + "q\u0000");
        for (int level = 1; level < 60; level++) {
            flood.append("0]q").append((char) level).append("(").append(("h" + (char) (level - 1)).repeat(10))
                    .append("e");
        }
        Path large = Pickles.zip(folder.resolve("flood.pt"), Map.of("archive/data.pkl",
                Pickles.bytes(flood.append('.').toString()), "archive/data/0", new byte[4]));
        assertThatThrownBy(() -> PtFile.readTensors(large)).isExactlyInstanceOf(FormatException.class)
                .hasMessage(large + ": refused: its dicts lie in each other too often");
    }
}
