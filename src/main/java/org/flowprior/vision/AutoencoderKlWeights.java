package org.flowprior.vision;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.TensorFiles;
import org.flowprior.torch.nn.StateDictException;

/** The weights of an {@link AutoencoderKlEncoder} out of whatever holds them, and the sizes that they tell. */
final class AutoencoderKlWeights {

    private static final String LANDMARK = "encoder.conv_in.weight";
    private static final List<String> CONTAINERS = List.of("state_dict", "model", "ema");

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    /** The encoder's weights among these, behind whatever prefix. */
    AutoencoderKlWeights(Map<String, Tensor> state) {
        String landmark = state.keySet().stream().filter(k -> k.equals(LANDMARK) || k.endsWith("." + LANDMARK))
                .min((a, b) -> Integer.compare(a.length(), b.length()))
                .orElseThrow(() -> new IllegalArgumentException("no VAE encoder in these weights: no key " + LANDMARK
                        + " behind any prefix; there are " + examples(state)));
        String prefix = landmark.substring(0, landmark.length() - LANDMARK.length());
        state.forEach((key, tensor) -> {
            String bare = key.startsWith(prefix) ? key.substring(prefix.length()) : "";
            if (bare.startsWith("encoder.") || bare.startsWith("quant_conv.")) {
                tensors.put(bare, tensor.to(DType.FLOAT32));
            }
        });
        if (tensors.get(LANDMARK).dim() != 4) {
            throw new IllegalArgumentException("no VAE encoder in these weights: " + landmark + " is "
                    + tensors.get(LANDMARK).signature() + ", not a convolution's weight");
        }
    }

    private static String examples(Map<String, Tensor> state) {
        return String.join(", ", state.keySet().stream().limit(5).toList()) + (state.size() > 5 ? ", …" : "");
    }

    /** The weights in a file, in the innermost scope. */
    static AutoencoderKlWeights read(Path file) {
        String name = file.getFileName().toString();
        if (!name.matches("(?i).*\\.(pt|pth|ckpt|bin)")) {
            return new AutoencoderKlWeights(TensorFiles.readAll(file));
        }
        if (!(PtFile.read(file) instanceof Map<?, ?> root)) {
            throw new IllegalArgumentException("no VAE encoder in this file: it holds no dict of weights");
        }
        Map<?, ?> found = root;
        for (String container : CONTAINERS) {
            if (found == root && root.get(container) instanceof Map<?, ?> inner) {
                found = inner;
            }
        }
        Map<String, Tensor> state = new LinkedHashMap<>();
        found.forEach((key, value) -> {
            if (key instanceof String text && value instanceof Tensor tensor) {
                state.put(text, tensor);
            }
        });
        return new AutoencoderKlWeights(state);
    }

    /** All of the encoder's weights by the keys without a prefix, float32. */
    Map<String, Tensor> tensors() {
        return tensors;
    }

    boolean has(String key) {
        return tensors.containsKey(key);
    }

    /** How many there are of what is numbered from 0 behind the prefix. */
    int count(String prefix) {
        int count = 0;
        while (hasPrefix(prefix + count + ".")) {
            count++;
        }
        return count;
    }

    private boolean hasPrefix(String prefix) {
        return tensors.keySet().stream().anyMatch(key -> key.startsWith(prefix));
    }

    /**
     * The weight of that key.
     *
     * @throws IllegalArgumentException when it is missing or has another number of dimensions
     */
    Tensor get(String key, int dimensions) {
        Tensor tensor = tensors.get(key);
        if (tensor == null) {
            throw new StateDictException("a VAE encoder", List.of(key), List.of(), List.of());
        }
        if (tensor.dim() != dimensions) {
            throw new IllegalArgumentException("VAE encoder: " + key + " must have " + dimensions
                    + " dimensions, not shape " + Arrays.toString(tensor.shape()));
        }
        return tensor;
    }
}
