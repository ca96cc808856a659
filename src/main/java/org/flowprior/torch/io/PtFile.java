package org.flowprior.torch.io;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * PyTorch's {@code .pt} and {@code .pth} files, the zip files of today and the pickle streams of before 1.6. Reading
 * runs no code: a pickle may name tensors, containers and {@code argparse.Namespace}, and whatever else it names makes
 * the file refused.
 *
 * <p>What is read is a tree of Map (dict, Namespace), List (list, tuple, Size), Set, Tensor, String, Long (BigInteger
 * beyond 64 bits), Double, Boolean, byte[], DType, String for a device, and null. Tensors come on the CPU, wherever
 * they were saved; those that shared a storage share it again; one that is in two places is one {@link Tensor}.
 */
public final class PtFile {

    private PtFile() {}

    /**
     * The object, with tensors over a copy-on-write mapping of the file, in the innermost scope, see
     * {@link Safetensors#read}.
     *
     * @throws FormatException             when the content is wrong or wants more than data
     * @throws java.io.UncheckedIOException when the file cannot be read
     */
    public static Object read(Path file) {
        try (Source source = Source.mapped(file)) {
            return run(source);
        }
    }

    /** As {@link #read}, with tensors that own copies: for files that somebody else may write in place. */
    public static Object load(Path file) {
        try (Source source = Source.copied(file)) {
            return run(source);
        }
    }

    private static Object run(Source source) {
        try (Scope scope = Scope.open()) {
            MappedTensorMaker maker;
            Object root;
            if (isZip(source)) {
                PtZip zip = new PtZip(source);
                maker = new MappedTensorMaker(source, zip::storage);
                root = zip.run(maker);
            } else {
                PtLegacy legacy = new PtLegacy(source);
                maker = new MappedTensorMaker(source, legacy::storage);
                root = legacy.run(maker);
            }
            maker.made().forEach(Tensor::moveOutward);
            return root;
        }
    }

    private static boolean isZip(Source source) {
        byte[] start = source.bytes(0, (int) Math.min(PtLegacy.MAGIC.length, source.size()));
        if (!ZipReader.isZip(start) && !Arrays.equals(start, PtLegacy.MAGIC)) {
            throw source.refuse("not a .pt file: neither a zip file nor the older format of torch.save");
        }
        return ZipReader.isZip(start);
    }

    static List<TensorFiles.Entry> list(Path file) {
        try (Source source = Source.copied(file)) {
            return PtListing.of(isZip(source) ? new PtZip(source).run(new TensorDescription.Maker(storage -> {}))
                    : new PtLegacy(source).described());
        }
    }

    /**
     * The state dict that is the whole object, or that lies under the keys, one inside the other:
     * {@code readStateDict(file, "ema")} of a checkpoint.
     *
     * @throws FormatException             when there is no dict, or when it holds something else than tensors; the
     *                                     message names the entries there are
     * @throws java.io.UncheckedIOException when the file cannot be read
     */
    public static Map<String, Tensor> readStateDict(Path file, String... keys) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> tensors = stateDict(file, read(file), keys);
            // One that goes by two names moves once.
            new HashSet<>(tensors.values()).forEach(Tensor::moveOutward);
            return tensors;
        }
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
            throw new FormatException(file, "holds no state dict"
                    + (path.isEmpty() ? "" : " under '" + String.join(".", keys) + "'"));
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : dict.entrySet()) {
            if (!(entry.getKey() instanceof String name) || !(entry.getValue() instanceof Tensor tensor)) {
                throw new FormatException(file,
                        "entry '" + path + entry.getKey() + "' is no tensor; name the state dict "
                                + "that is wanted" + entries(dict));
            }
            tensors.put(name, tensor);
        }
        return tensors;
    }

    private static String entries(Object object) {
        if (!(object instanceof Map<?, ?> map)) {
            return "";
        }
        StringJoiner names = new StringJoiner(", ", "; there are ", map.size() > 8 ? ", …" : "");
        map.keySet().stream().limit(8).forEach(key -> names.add(String.valueOf(key)));
        return names.toString();
    }

    /**
     * Writes the object as {@code torch.save} does, for {@code torch.load(weights_only=True)}: Map with keys of String
     * or Long, List, Tensor, String, Long, Integer, Double, Float, Boolean and null. Tensors are written for the CPU;
     * those that share a storage on the CPU, complex ones excepted, share it in the file, the others are written
     * without gaps.
     *
     * @throws IllegalArgumentException    for objects of other classes, and for containers inside themselves
     * @throws java.io.UncheckedIOException when the file cannot be written; an old one stays as it was
     */
    public static void write(Path file, Object object) {
        PtWriter.write(file, object);
    }
}
