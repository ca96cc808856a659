package org.flowprior.vision;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.TensorFiles;
import org.flowprior.torch.nn.StateDict;

/**
 * Published weights of a {@link VisionTransformer}, under timm's keys: timm's own files, Meta's of DINOv2 with and without
 * registers, and DINO's backbones.
 *
 * <p>Meta's keys become timm's: {@code mask_token} is dropped; {@code register_tokens} becomes {@code reg_token}, and
 * then the first row of the position embedding is added to the class token; {@code mlp.w12} and {@code mlp.w3} become
 * {@code mlp.fc1} and {@code mlp.fc2}.
 */
public final class VisionTransformerWeights {

    private static final Pattern FIRST_GATED = Pattern.compile("(blocks\\.\\d+\\.mlp\\.)w12(\\.(?:weight|bias))");
    private static final Pattern SECOND_GATED = Pattern.compile("(blocks\\.\\d+\\.mlp\\.)w3(\\.(?:weight|bias))");
    private static final String CLASS_TOKEN = "cls_token";
    private static final String REGISTERS = "reg_token";
    private static final String POSITIONS = "pos_embed";
    private static final String KERNEL = "patch_embed.proj.weight";
    private static final int HEAD_WIDTH = 64;
    /** Keeps numbers computed from sizes in a file within an int. */
    private static final int LARGEST = 1 << 20;

    private final String source;
    private final Map<String, Tensor> state;

    private VisionTransformerWeights(String source, Map<String, Tensor> state) {
        this.source = source;
        this.state = state;
    }

    /**
     * Reads the weights in a safetensors, {@code .pt} or {@code .pth} file that holds nothing else, in the innermost
     * scope. The file is memory-mapped.
     *
     * @throws IllegalArgumentException    naming the file, for another format or other content
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    public static VisionTransformerWeights read(Path file) {
        return of(file.toString(), TensorFiles.readAll(file));
    }

    /**
     * Takes tensors under timm's or the published keys.
     *
     * @param source their name in error messages
     * @throws IllegalArgumentException if they are not those of a vision transformer
     */
    public static VisionTransformerWeights of(String source, Map<String, Tensor> tensors) {
        Map<String, Tensor> state = new LinkedHashMap<>();
        tensors.forEach((key, tensor) -> {
            if (!key.equals("mask_token")) {
                String first = FIRST_GATED.matcher(key).replaceFirst("$1fc1$2");
                state.put(SECOND_GATED.matcher(first).replaceFirst("$1fc2$2"), tensor);
            }
        });
        VisionTransformerWeights weights = new VisionTransformerWeights(source, state);
        Tensor registers = state.remove("register_tokens");
        if (registers != null) {
            state.put(REGISTERS, registers);
            weights.foldClassPosition();
        }
        return weights;
    }

    private void foldClassPosition() {
        Tensor token = require(CLASS_TOKEN, 3);
        Tensor positions = require(POSITIONS, 3);
        if (positions.size(1) < 1 || positions.size(2) != token.size(2)) {
            throw refuse("tensor 'pos_embed' has shape " + Arrays.toString(positions.shape())
                    + ", which has no row for 'cls_token' " + Arrays.toString(token.shape()));
        }
        state.put(CLASS_TOKEN, token.add(positions.narrow(1, 0, 1)));
        state.put(POSITIONS, positions.narrow(1, 1, positions.size(1) - 1));
    }

    /** Returns the tensors under timm's keys, in their own sizes. */
    public Map<String, Tensor> state() {
        return new LinkedHashMap<>(state);
    }

    /**
     * Finds the sizes from the weights. Assumes heads of 64 channels, as in all published weights, and exact GELU, which
     * weights do not show.
     *
     * @throws IllegalArgumentException naming the tensor that is missing or does not fit a vision transformer
     */
    public VisionTransformerConfig config() {
        int width = size(CLASS_TOKEN, 3, 2);
        int patch = size(KERNEL, 4, 3);
        int registers = state.containsKey(REGISTERS) ? size(REGISTERS, 3, 1) : 0;
        int hidden = size("blocks.0.mlp.fc2.weight", 2, 1);
        int first = size("blocks.0.mlp.fc1.weight", 2, 0);
        if (first != hidden && first != 2 * hidden) {
            throw refuse("tensor 'blocks.0.mlp.fc1.weight' gives " + first + " channels but "
                    + "'blocks.0.mlp.fc2.weight' takes " + hidden + "; a vision transformer has as many or twice as "
                    + "many");
        }
        int depth = 1;
        while (state.containsKey("blocks." + depth + ".norm1.weight")) {
            depth++;
        }
        int rows = size(POSITIONS, 3, 1) - (registers == 0 ? 1 : 0);
        int grid = root(rows);
        if (grid == 0) {
            throw refuse("tensor 'pos_embed' has " + rows + " rows for patches, which is not a square number");
        }
        if (width % HEAD_WIDTH != 0) {
            throw refuse("a width of " + width + " makes no heads of " + HEAD_WIDTH + " channels; make the network "
                    + "with its VisionTransformerConfig and load the weights into it");
        }
        try {
            return new VisionTransformerConfig(grid * patch, patch, width, depth, width / HEAD_WIDTH, hidden,
                    first == hidden ? MlpType.GELU : MlpType.SWIGLU, registers,
                    state.containsKey("blocks.0.ls1.gamma"));
        } catch (IllegalArgumentException e) {
            throw refuse(e.getMessage());
        }
    }

    /**
     * Copies the weights into the network. If only the grid or the patch size differs, resizes the position embedding
     * bicubically and the patch kernel by FlexiViT's pseudo-inverse, as timm does.
     *
     * @throws org.flowprior.torch.nn.StateDictException naming every key that is missing or unexpected, and every other
     *                                                   shape that differs, before anything is written
     */
    public void loadInto(VisionTransformer network) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> fitted = new LinkedHashMap<>(state);
            Map<String, Tensor> targets = network.stateDict();
            fitted.computeIfPresent(POSITIONS,
                    (key, tensor) -> fitPositions(tensor, network.config(), targets.get(key).shape()));
            fitted.computeIfPresent(KERNEL, (key, tensor) -> fitKernel(tensor, targets.get(key).shape()));
            StateDict.load("the vision transformer (read from " + source + ")", targets, fitted);
        }
    }

    /** Leaves a tensor that cannot be resized as it is: strict loading then names it. */
    private static Tensor fitPositions(Tensor tensor, VisionTransformerConfig config, long... wanted) {
        long[] shape = tensor.shape();
        int prefix = config.positionedPrefix();
        if (Arrays.equals(shape, wanted) || shape.length != 3 || shape[0] != 1 || shape[2] != wanted[2]) {
            return tensor;
        }
        int old = root(shape[1] - prefix);
        return old == 0 ? tensor : WeightResampling.positions(tensor, prefix, old, config.grid());
    }

    private static Tensor fitKernel(Tensor tensor, long... wanted) {
        long[] shape = tensor.shape();
        boolean resizable = shape.length == 4 && shape[0] == wanted[0] && shape[1] == wanted[1] && shape[2] == shape[3]
                && shape[2] > 0 && shape[3] != wanted[3];
        return resizable ? WeightResampling.kernel(tensor, Math.toIntExact(wanted[3])) : tensor;
    }

    /** Returns the square root if it is a whole number, otherwise 0. */
    private static int root(long square) {
        int root = (int) Math.round(Math.sqrt(Math.max(square, 0)));
        return (long) root * root == square ? root : 0;
    }

    private int size(String key, int dimensions, int dimension) {
        long size = require(key, dimensions).size(dimension);
        if (size > LARGEST) {
            throw refuse("tensor '" + key + "' has " + size + " elements in dimension " + dimension
                    + ", which no vision transformer has");
        }
        return (int) size;
    }

    private Tensor require(String key, int dimensions) {
        Tensor tensor = state.get(key);
        if (tensor == null) {
            throw refuse("no tensor '" + key + "', so these are not the weights of a vision transformer");
        }
        if (tensor.dim() != dimensions) {
            throw refuse("tensor '" + key + "' has shape " + Arrays.toString(tensor.shape())
                    + ", in a vision transformer it has " + dimensions + " dimensions");
        }
        return tensor;
    }

    private IllegalArgumentException refuse(String reason) {
        return new IllegalArgumentException(source + ": " + reason);
    }
}
