package org.flowprior.torch.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** Python reads the files that Java writes: FLOWPRIOR_PYTHON names a Python with torch, safetensors and numpy. */
@EnabledIfEnvironmentVariable(named = "FLOWPRIOR_PYTHON", matches = ".+")
@InScope
class PythonPeerTest {

    @TempDir
    Path folder;

    @Test
    void pythonReadsWhatJavaWrites() throws IOException, InterruptedException {
        Map<String, Tensor> tensors = Payload.allTensors(Payload.NOT_IN_SAFETENSORS);
        Safetensors.write(folder.resolve("all.safetensors"), tensors,
                Map.of("format", "pt", "note", "line\n\"quoted\" ü"));
        Safetensors.write(folder.resolve("plain.safetensors"), tensors);
        PtFile.write(folder.resolve("tree.pt"), Payload.tree());
        PtWriter.write(folder.resolve("tree-zip64.pt"), Payload.tree(), 100);
        PtFile.write(folder.resolve("views.pt"), views());
        PtFile.write(folder.resolve("state.pt"), Map.of("a.weight", Payload.tensor("a.weight", DType.FLOAT32, 2, 3),
                "a.bias", Payload.tensor("a.bias", DType.FLOAT32, 2)));
        PtFile.write(folder.resolve("training.pt"), OfficialFilesTest.training());
        Map<String, Tensor> arrays = Payload.allTensors(Payload.NOT_IN_NUMPY);
        Npz.write(folder.resolve("all.npz"), arrays);
        arrays.forEach((name, t) -> {
            if (!name.contains("/")) {
                Npy.write(folder.resolve(name + ".npy"), t);
            }
        });

        Process python = new ProcessBuilder(System.getenv("FLOWPRIOR_PYTHON"),
                Path.of("tools/oracle/tensor_files.py").toString(),
                "check", folder.toString()).redirectErrorStream(true).start();
        String output = new String(python.getInputStream().readAllBytes());
        assertThat(python.waitFor()).as(output).isZero();
        assertThat(output).contains("checked 24 files");
    }

    /** {@code views()} of the script. */
    private static Map<String, Tensor> views() {
        Tensor base = Payload.tensor("base", DType.FLOAT32, 6, 8);
        Tensor tied = Payload.tensor("tied", DType.FLOAT32, 4);
        Tensor conj = Payload.tensor("conj", DType.COMPLEX64, 3).conjPhysical();
        Map<String, Tensor> views = new LinkedHashMap<>();
        views.put("base", base);
        views.put("row", base.select(0, 2));
        views.put("column", base.select(1, 3));
        views.put("transposed", base.transpose(0, 1));
        views.put("block", base.narrow(0, 1, 4).narrow(1, 2, 4));
        views.put("expanded", Payload.tensor("one", DType.INT32, 1, 3).expand(4, 3));
        views.put("part", Payload.tensor("part", DType.INT64, 10).narrow(0, 4, 3));
        views.put("tied", tied);
        views.put("alias", tied);
        views.put("empty", base.narrow(0, 0, 0));
        views.put("conj", conj);
        views.put("imag", Torch.imag(conj));
        views.put("parameter", Payload.tensor("parameter", DType.FLOAT32, 2, 2).requiresGrad_(true));
        views.put("frozen", Payload.tensor("frozen", DType.FLOAT64, 2));
        views.put("leaf", Payload.tensor("leaf", DType.FLOAT32, 3).requiresGrad_(true));
        return views;
    }
}
