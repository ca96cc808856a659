package org.flowprior.vision;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.TensorFiles;
import org.flowprior.torch.nn.Conv2d;
import org.flowprior.torch.nn.GroupNorm;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.nn.StateDictException;

/**
 * Finds the weights of an {@link AutoencoderKlEncoder} and makes its layers in their sizes. {@link #close} frees the
 * layers made so far unless {@link #keep} was called: if one layer fails, nobody else owns the others.
 */
final class AutoencoderKlWeights implements AutoCloseable {

    private static final String FIRST_KEY = "encoder.conv_in.weight";
    private static final List<String> CONTAINERS = List.of("state_dict", "model", "ema");
    private static final int GROUPS = 32;
    private static final double EPSILON = 1e-6;

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final List<Module> made = new ArrayList<>();

    /** Takes the encoder's weights from these; their keys may have any prefix. */
    AutoencoderKlWeights(Map<String, Tensor> state) {
        String first = state.keySet().stream().filter(k -> k.equals(FIRST_KEY) || k.endsWith("." + FIRST_KEY))
                .min(Comparator.comparingInt(String::length))
                .orElseThrow(() -> new IllegalArgumentException("no VAE encoder in these weights: no key ends with "
                        + FIRST_KEY + "; there are " + examples(state)));
        String prefix = first.substring(0, first.length() - FIRST_KEY.length());
        state.forEach((key, tensor) -> {
            String bare = key.startsWith(prefix) ? key.substring(prefix.length()) : "";
            if (bare.startsWith("encoder.") || bare.startsWith("quant_conv.")) {
                tensors.put(bare, tensor.to(DType.FLOAT32));
            }
        });
        if (tensors.get(FIRST_KEY).dim() != 4) {
            throw new IllegalArgumentException("no VAE encoder in these weights: " + first + " is "
                    + tensors.get(FIRST_KEY).signature() + ", not a convolution's weight");
        }
    }

    private static String examples(Map<String, Tensor> state) {
        return String.join(", ", state.keySet().stream().limit(5).toList()) + (state.size() > 5 ? ", …" : "");
    }

    /** Reads the weights in a file, in the innermost scope. */
    static AutoencoderKlWeights read(Path file) {
        if (!file.getFileName().toString().matches("(?i).*\\.(pt|pth|ckpt|bin)")) {
            return new AutoencoderKlWeights(TensorFiles.readAll(file));
        }
        if (!(PtFile.read(file) instanceof Map<?, ?> root)) {
            throw new IllegalArgumentException("no VAE encoder in this file: it holds no dict of weights");
        }
        Object found =
                CONTAINERS.stream().<Object>map(root::get).filter(Map.class::isInstance).findFirst().orElse(root);
        Map<String, Tensor> state = new LinkedHashMap<>();
        ((Map<?, ?>) found).forEach((key, value) -> {
            if (key instanceof String text && value instanceof Tensor tensor) {
                state.put(text, tensor);
            }
        });
        return new AutoencoderKlWeights(state);
    }

    /** All of the encoder's weights by their keys without a prefix, float32. */
    Map<String, Tensor> tensors() {
        return tensors;
    }

    boolean has(String key) {
        return tensors.containsKey(key);
    }

    /** Counts the keys' numbers, from 0 without a gap, after this prefix. */
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

    /** Makes the convolution of that name; throws {@link IllegalArgumentException} without fitting weights. */
    Conv2d conv(String name, long stride, long padding) {
        long[] shape = shape(name + ".weight", 4);
        return add(new Conv2d(shape[1], shape[0], Conv2d.Options.kernel(shape[2], shape[3]).withStride(stride)
                .withPadding(padding)));
    }

    /** Makes the norm of that name; throws {@link IllegalArgumentException} without fitting weights. */
    GroupNorm norm(String name) {
        return add(new GroupNorm(GROUPS, shape(name + ".weight", 1)[0], EPSILON));
    }

    private long[] shape(String key, int dimensions) {
        if (!has(key)) {
            throw new StateDictException("a VAE encoder", List.of(key), List.of(), List.of());
        }
        long[] shape = tensors.get(key).shape();
        if (shape.length != dimensions) {
            throw new IllegalArgumentException("VAE encoder: " + key + " must have " + dimensions
                    + " dimensions, not shape " + Arrays.toString(shape));
        }
        return shape;
    }

    private <M extends Module> M add(M layer) {
        made.add(layer);
        return layer;
    }

    /** Leaves the layers to the encoder. */
    void keep() {
        made.clear();
    }

    @Override
    public void close() {
        made.forEach(Module::close);
    }
}
