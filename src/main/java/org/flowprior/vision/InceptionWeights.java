package org.flowprior.vision;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import org.flowprior.torch.Device;
import org.flowprior.torch.ScriptModule;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.TorchException;
import org.flowprior.torch.io.StateFile;
import org.flowprior.torch.io.TensorFiles;
import org.flowprior.torch.nn.StateDictException;

/** Reads the weights of {@link Inception}. */
final class InceptionWeights {

    private static final String FIRST_KEY = "Conv2d_1a_3x3.conv.weight";
    private static final String BATCHES = ".bn.num_batches_tracked";

    private InceptionWeights() {}

    /** Returns the tensors of the file by their keys, without the counts of batches, in the innermost scope. */
    static Map<String, Tensor> read(Path file) {
        Map<String, Tensor> state = new LinkedHashMap<>(isTorchScript(file) ? script(file) : TensorFiles.readAll(file));
        state.keySet().removeIf(key -> key.endsWith(BATCHES));
        if (!state.containsKey(FIRST_KEY)) {
            throw StateFile.refused(file, new IllegalArgumentException("not the weights of torch-fidelity's Inception: "
                    + "no " + FIRST_KEY + " but " + examples(state)));
        }
        return state;
    }

    /** Names the wrong keys on one line: of each kind the first one and their number. */
    static IllegalArgumentException refused(Path file, StateDictException reason) {
        List<String> parts = new ArrayList<>();
        add(parts, reason.missing(), "missing");
        add(parts, reason.unexpected(), "unexpected");
        add(parts, reason.differing(), "of another shape");
        return StateFile.refused(file, new IllegalArgumentException("not the weights of torch-fidelity's Inception: "
                + String.join("; ", parts), reason));
    }

    private static void add(List<String> parts, List<?> keys, String what) {
        if (!keys.isEmpty()) {
            parts.add(keys.size() + " " + what + " (" + keys.getFirst() + (keys.size() > 1 ? ", …)" : ")"));
        }
    }

    private static String examples(Map<String, Tensor> state) {
        return state.isEmpty() ? "nothing"
                : String.join(", ", state.keySet().stream().limit(3).toList()) + (state.size() > 3 ? ", …" : "");
    }

    /** Recognises TorchScript by the constants that only its zip files have. */
    private static boolean isTorchScript(Path file) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return zip.stream().anyMatch(entry -> entry.getName().endsWith("/constants.pkl"));
        } catch (IOException e) {
            return false; // missing, damaged or of another format: the readers of tensors say which
        }
    }

    private static Map<String, Tensor> script(Path file) {
        try (ScriptModule module = ScriptModule.load(file, Device.CPU)) {
            return module.stateDict();
        } catch (TorchException e) {
            throw StateFile.refused(file, new IllegalArgumentException("no TorchScript that can be read: "
                    + e.getMessage(), e));
        }
    }
}
