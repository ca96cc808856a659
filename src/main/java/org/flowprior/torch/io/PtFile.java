package org.flowprior.torch.io;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * PyTorch's {@code .pt} and {@code .pth} files: the zip files of today, and the pickle streams of before 1.6. Reading
 * runs no code: tensors, containers, {@code argparse.Namespace} and the values of ruamel.yaml are data, every other
 * Python class or function is an {@link InertObject}, a name that is never called. A file that names what attacks use,
 * such as {@code os.system}, is refused.
 *
 * <p>The result is a tree of Map (dict, Namespace), List (list, tuple, Size), Set, Tensor, String, Long (BigInteger
 * beyond 64 bits), Double, Boolean, byte[], DType, String for a device, InertObject, and null. All tensors are on the CPU,
 * also those saved on another device. Tensors that shared a storage share it again; a tensor that is in two places is one
 * {@link Tensor}.
 */
public final class PtFile {

    private PtFile() {}

    /**
     * Reads the object, with tensors over a copy-on-write mapping of the file, in the innermost scope, see
     * {@link Safetensors#read}.
     *
     * @throws FormatException              if the content is wrong or wants more than data
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public static Object read(Path file) {
        try (Source source = Source.mapped(file)) {
            return run(source);
        }
    }

    /** As {@link #read}, with tensors that own copies: for files that another program may write in place. */
    public static Object load(Path file) {
        try (Source source = Source.copied(file)) {
            return run(source);
        }
    }

    private static Object run(Source source) {
        try (Scope scope = Scope.open()) {
            PtContainer container = PtContainer.of(source);
            MappedTensorMaker maker = new MappedTensorMaker(source, container::storage);
            Object root = container.run(maker);
            maker.made().forEach(Tensor::moveOutward);
            return root;
        }
    }

    static List<TensorFiles.Entry> list(Path file) {
        return PtListing.of(described(file));
    }

    /** Reads the object with descriptions in place of its tensors. */
    static Object described(Path file) {
        try (Source source = Source.copied(file)) {
            return PtContainer.of(source).run(new TensorMaker.Describer(storage -> {}));
        }
    }

    /**
     * Reads the state dict that is the whole object, or the one under the keys, one inside the other:
     * {@code readStateDict(file, "ema")} of a checkpoint.
     *
     * @throws FormatException              if there is no dict, or if it holds something that is not a tensor; the
     *                                      message names the entries that exist
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public static Map<String, Tensor> readStateDict(Path file, String... keys) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> tensors = stateDict(file, read(file), keys);
            // A tensor under two names moves once.
            new HashSet<>(tensors.values()).forEach(Tensor::moveOutward);
            return tensors;
        }
    }

    /**
     * Reads all tensors in nested dicts and lists, under their keys and indices, joined with dots. A tensor in two
     * places has both names. What lies in itself or more than 100 levels deep is left out.
     *
     * @throws FormatException              if the content is wrong, or its names would fill the memory
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public static Map<String, Tensor> readTensors(Path file) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> tensors = NamedTensors.of(file, read(file));
            new HashSet<>(tensors.values()).forEach(Tensor::moveOutward);
            return tensors;
        }
    }

    /**
     * Returns the keys of the dicts that lie in the outermost dict, without loading the tensors; empty if the object is
     * no dict.
     *
     * @throws FormatException              if the content is wrong
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public static Set<String> entries(Path file) {
        return !(described(file) instanceof Map<?, ?> root) ? Set.of() : root.entrySet().stream()
                .filter(entry -> entry.getKey() instanceof String && entry.getValue() instanceof Map<?, ?> map
                        && !map.isEmpty())
                .map(entry -> (String) entry.getKey()).collect(Collectors.toSet());
    }

    private static Map<String, Tensor> stateDict(Path file, Object root, String... keys) {
        Object found = root;
        String path = "";
        for (String key : keys) {
            if (!(found instanceof Map<?, ?> map) || !map.containsKey(key)) {
                throw new FormatException(file, "has no entry '" + path + key + "'" + entries(found));
            }
            found = map.get(key);
            path += key + ".";
        }
        if (!(found instanceof Map<?, ?> dict)) {
            throw new FormatException(file, "holds "
                    + (found instanceof InertObject object ? object + ", so no state dict" : "no state dict")
                    + (path.isEmpty() ? "" : " under '" + String.join(".", keys) + "'"));
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : dict.entrySet()) {
            if (!(entry.getKey() instanceof String name) || !(entry.getValue() instanceof Tensor tensor)) {
                throw new FormatException(file, "entry '" + path + entry.getKey() + "' is "
                        + (entry.getValue() instanceof InertObject object ? object.type() + ", which is not read"
                                : "not a tensor")
                        + "; name the state dict that you want" + entries(dict));
            }
            tensors.put(name, tensor);
        }
        return tensors;
    }

    private static String entries(Object object) {
        return !(object instanceof Map<?, ?> map) ? ""
                : map.keySet().stream().limit(8).map(String::valueOf)
                        .collect(Collectors.joining(", ", "; there are ", map.size() > 8 ? ", …" : ""));
    }

    /**
     * Writes the object as {@code torch.save} does, for {@code torch.load(weights_only=True)}: Map with keys of String
     * or Long, List, Tensor, String, Long, Integer, Double, Float, Boolean and null. Tensors are written for the CPU.
     * Tensors that share a storage on the CPU share it in the file, unless they are complex; all others are written
     * without gaps.
     *
     * @throws IllegalArgumentException     for objects of other classes, and for containers inside themselves
     * @throws java.io.UncheckedIOException if the file cannot be written; an old one stays as it was
     */
    public static void write(Path file, Object object) {
        PtWriter.write(file, object);
    }
}
