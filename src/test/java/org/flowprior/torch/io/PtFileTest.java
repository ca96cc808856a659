package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@InScope
class PtFileTest {

    @TempDir
    Path folder;

    @SuppressWarnings("unchecked")
    static void assertIsTree(Object read) {
        Map<Object, Object> found = (Map<Object, Object>) read;
        Map<Object, Object> expected = Payload.tree();
        Map<String, Tensor> tensors = (Map<String, Tensor>) found.remove("tensors");
        assertThat(Payload.describe(tensors))
                .isEqualTo(Payload.describe((Map<String, Tensor>) expected.remove("tensors")));
        assertThat(found).isEqualTo(expected);
        assertThat(found.keySet()).containsExactlyElementsOf(expected.keySet());
    }

    /** torch.save(tree(), ...) in both containers and with pickle_protocol 2, 4 and 5 */
    @ParameterizedTest
    @ValueSource(strings = {"tree.pt", "tree-protocol4.pt", "tree-protocol5.pt", "tree-legacy.pth"})
    void whatTorchSavedIsReadByteForByte(String name) {
        assertIsTree(PtFile.read(Resources.path("torch/io/" + name)));
        assertIsTree(PtFile.load(Resources.path("torch/io/" + name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"views.pt", "views-legacy.pth"})
    void viewsShareTheMemoryThatTheySharedBefore(String name) {
        Map<String, Tensor> views = PtFile.readStateDict(Resources.path("torch/io/" + name));
        Tensor base = Payload.tensor("base", DType.FLOAT32, 6, 8);

        assertThat(views.get("base").equal(base)).isTrue();
        assertThat(views.get("row").equal(base.select(0, 2))).isTrue();
        assertThat(views.get("column").equal(base.select(1, 3))).isTrue();
        assertThat(views.get("transposed").equal(base.transpose(0, 1))).isTrue();
        assertThat(views.get("transposed").strides()).containsExactly(1, 8);
        assertThat(views.get("block").equal(base.narrow(0, 1, 4).narrow(1, 2, 4))).isTrue();
        assertThat(views.get("part").toLongArray())
                .isEqualTo(Payload.tensor("part", DType.INT64, 10).narrow(0, 4, 3).toLongArray());
        assertThat(views.get("expanded").strides()).containsExactly(0, 1);
        assertThat(views.get("empty").shape()).containsExactly(0, 8);
        views.get("base").fill_(5);
        for (String view : List.of("row", "column", "transposed", "block")) {
            assertThat(views.get(view).toFloatArray()).as(view).containsOnly(5f);
        }
        assertThat(views.get("tied")).isSameAs(views.get("alias"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"views.pt", "views-legacy.pth"})
    void gradientsAndConjugationAreKept(String name) {
        Map<String, Tensor> views = PtFile.readStateDict(Resources.path("torch/io/" + name));
        Tensor complex = Payload.tensor("conj", DType.COMPLEX64, 3);

        assertThat(Payload.raw(views.get("conj"))).isEqualTo(Payload.raw(complex.conjPhysical()));
        assertThat(Payload.raw(views.get("imag"))).isEqualTo(Payload.raw(Torch.imag(complex.conjPhysical())));
        assertThat(views.entrySet().stream().filter(e -> e.getValue().requiresGrad()).map(Map.Entry::getKey))
                .containsExactly("parameter", "leaf");
        assertThat(views.get("parameter").isLeaf()).isTrue();
        views.get("parameter").mul(2).sum().backward();
        assertThat(views.get("parameter").grad().toFloatArray()).containsOnly(2f);
    }

    /** The layout of the official flow head's checkpoints: model, optimizer, steps, epoch, args, ema. */
    @Test
    void theOfficialCheckpointIsReadWithItsNamespace() throws IOException {
        Path file = Resources.path("torch/io/checkpoint.pt");
        Map<?, ?> checkpoint = (Map<?, ?>) PtFile.read(file);

        assertThat(checkpoint.keySet().stream().map(Object::toString)).containsExactly("model", "optimizer", "steps",
                "epoch", "args", "ema");
        assertThat(checkpoint.get("args").toString()).isEqualTo("{config=configs/flow.yaml, lr=1.0E-4, epochs=400, "
                + "use_ema=true, resume=null, betas=[0.9, 0.95]}");
        Map<?, ?> optimizer = (Map<?, ?>) checkpoint.get("optimizer");
        Map<?, ?> first = (Map<?, ?>) ((Map<?, ?>) optimizer.get("state")).get(0L);
        assertThat(((Tensor) first.get("exp_avg")).shape()).containsExactly(6, 4);
        long before = Memory.liveTensors();
        Map<String, Tensor> ema = PtFile.readStateDict(file, "ema");
        assertThat(Memory.liveTensors() - before).isEqualTo(ema.size());
        JsonObject expected = JsonParser.parseString(Files.readString(Resources.path("torch/io/checkpoint.json")))
                .getAsJsonObject();
        assertThat(ema.keySet()).containsExactlyElementsOf(expected.keySet());
        ema.forEach((name, t) -> assertThat(t.toDoubleArray()).as(name)
                .isEqualTo(new Gson().fromJson(expected.get(name), double[].class)));
        assertThat(PtFile.readStateDict(file, "model").keySet()).isEqualTo(ema.keySet());
    }

    /** Parameters made empty and then filled, and dicts made of pairs, as in torchvision's oldest weights. */
    @Test
    void whatPyTorch01SavedIsReadToo() {
        Map<String, Tensor> state = PtFile.readStateDict(Resources.path("torch/io/pytorch01.pth"));

        assertThat(state.keySet()).containsExactly("a", "b", "c");
        assertThat(Payload.raw(state.get("a"))).isEqualTo(Payload.bytes("a", 16, DType.FLOAT32));
        assertThat(Payload.raw(state.get("b"))).isEqualTo(Payload.bytes("shared", 24, DType.FLOAT32));
        assertThat(state.get("b").requiresGrad()).isTrue();
        assertThat(state.get("c")).isSameAs(state.get("b"));
    }

    @Test
    void aStateDictThatIsNotThereIsNamedWithWhatIs() {
        Path file = Resources.path("torch/io/checkpoint.pt");

        assertThatThrownBy(() -> PtFile.readStateDict(file, "net")).isExactlyInstanceOf(FormatException.class)
                .hasMessage(file + ": has no entry 'net'; there are model, optimizer, steps, epoch, args, ema");
        assertThatThrownBy(() -> PtFile.readStateDict(file)).isExactlyInstanceOf(FormatException.class)
                .hasMessage(file + ": entry 'model' is not a tensor; name the state dict that you want; there are "
                        + "model, optimizer, steps, epoch, args, ema");
        assertThatThrownBy(() -> PtFile.readStateDict(file, "steps"))
                .hasMessage(file + ": holds no state dict under 'steps'");
    }

    /** {"seen": {1, 2}, "raw": b"\x00\xffA", "dtype": torch.bfloat16, "device": torch.device("cuda", 1), ...} */
    @Test
    void otherPlainDataIsReadToo() {
        Map<?, ?> leaves = (Map<?, ?>) PtFile.read(Resources.path("torch/io/leaves.pt"));

        assertThat(leaves.get("seen")).isEqualTo(Set.of(1L, 2L));
        assertThat((byte[]) leaves.get("raw")).containsExactly(0, -1, 'A');
        assertThat(leaves.get("dtype")).isEqualTo(DType.BFLOAT16);
        assertThat(leaves.get("device")).isEqualTo("cuda:1");
        assertThat(leaves.get("size")).isEqualTo(List.of(2L, 3L));
        assertThat(leaves.get("pair")).isEqualTo(List.of(1L, "a"));
        assertThat(leaves.get("big")).isEqualTo(BigInteger.ONE.shiftLeft(80));
    }
}
