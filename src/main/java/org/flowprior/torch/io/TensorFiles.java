package org.flowprior.torch.io;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Tensor files of every known format: safetensors, {@code .pt} and {@code .pth}, {@code .npy}, {@code .npz}, and
 * directories of safetensors such as checkpoints. The content tells the format, not the extension.
 */
public final class TensorFiles {

    private enum Format {
        SAFETENSORS, PT, NPY, NPZ
    }

    private TensorFiles() {}

    /**
     * One line that describes an entry of a file.
     *
     * @param name  key, with dots between nested containers; in a directory after the file's name without its extension
     * @param dtype element type, or null for an entry that is not a tensor
     * @param shape sizes, or null for an entry that is not a tensor
     * @param bytes number of elements times size of an element; 0 for an entry that is not a tensor
     * @param note  the value of an entry that is not a tensor; otherwise what is unusual, or empty
     */
    public record Entry(String name, DType dtype, long[] shape, long bytes, String note) {

        static Entry tensor(String name, DType dtype, long[] shape, String note) {
            return new Entry(name, dtype, shape, Shapes.elements(shape) * dtype.bytes(), note);
        }

        static Entry value(String name, String note) {
            return new Entry(name, null, null, 0, note);
        }

        /** Returns false for metadata and scalars. */
        public boolean isTensor() {
            return dtype != null;
        }

        @Override
        public String toString() {
            return isTensor() ? (name + " " + dtype + Arrays.toString(shape) + " " + note).strip()
                    : name + " = " + note;
        }
    }

    /**
     * Lists the entries of the file or directory, in its order, without loading the data.
     *
     * @throws FormatException              if the content is wrong or of an unknown format
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static List<Entry> list(Path file) {
        if (Files.isDirectory(file)) {
            List<Entry> entries = new ArrayList<>();
            forEachPart(file, TensorFiles::list, (prefix, part) -> part.forEach(e -> entries.add(
                    new Entry(prefix + e.name(), e.dtype(), e.shape(), e.bytes(), e.note()))));
            return entries;
        }
        return switch (format(file)) {
            case SAFETENSORS -> Safetensors.header(file).entries();
            case PT -> PtFile.list(file);
            case NPY -> Npy.list(file);
            case NPZ -> Npz.list(file);
        };
    }

    /**
     * Reads all tensors, mapped if the file allows, in the innermost scope; arrays of an {@code .npz} that cannot be
     * tensors are left out, see {@link Npz#read(Path)}. A {@code .pt} must hold a bare state dict;
     * {@link PtFile#readStateDict} takes one out of a checkpoint. The tensor of an {@code .npy} has the name of the
     * file without its extension; those of a directory have the names that {@link #list} shows.
     *
     * @throws FormatException              if the content is wrong or of an unknown format
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static Map<String, Tensor> readAll(Path file) {
        if (Files.isDirectory(file)) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            try (Scope scope = Scope.open()) {
                forEachPart(file, Safetensors::read,
                        (prefix, part) -> part.forEach((k, t) -> tensors.put(prefix + k, t)));
                tensors.values().forEach(Tensor::moveOutward);
            }
            return tensors;
        }
        return switch (format(file)) {
            case SAFETENSORS -> Safetensors.read(file);
            case PT -> PtFile.readStateDict(file);
            case NPY -> Map.of(stem(file), Npy.read(file));
            case NPZ -> Npz.read(file);
        };
    }

    /**
     * As {@link #readAll(Path)}, but only the tensors whose names are wanted. Of an {@code .npz}, only these are looked
     * at, and each must be a tensor.
     */
    public static Map<String, Tensor> readAll(Path file, Predicate<String> wanted) {
        if (!Files.isDirectory(file) && format(file) == Format.NPZ) {
            return Npz.read(file, wanted);
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>(readAll(file));
        tensors.keySet().removeIf(wanted.negate());
        return tensors;
    }

    private static Format format(Path file) {
        try (Source source = Source.copied(file)) {
            byte[] start = source.bytes(0, (int) Math.min(512, source.size()));
            if (ZipReader.isZip(start)) {
                return new ZipReader(source).names().stream().anyMatch(n -> n.endsWith("/data.pkl")) ? Format.PT
                        : Format.NPZ;
            }
            if (startsWith(start, NpyHeader.MAGIC)) {
                return Format.NPY;
            }
            if (PtContainer.isLegacy(start)) {
                return Format.PT;
            }
            if (start.length > 8 && start[8] == '{') {
                return Format.SAFETENSORS;
            }
            if (start.length > 262 && new String(start, 257, 5, StandardCharsets.US_ASCII).equals("ustar")) {
                throw source.refuse("a tar archive; save a .pt of PyTorch 0.1 that is in it again with torch.save");
            }
            throw source.refuse("neither safetensors nor .pt, .pth, .npy or .npz");
        }
    }

    private static boolean startsWith(byte[] data, byte... prefix) {
        return data.length >= prefix.length && Arrays.equals(data, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static <T> void forEachPart(Path directory, Function<Path, T> reader, BiConsumer<String, T> consumer) {
        List<Path> parts;
        try (Stream<Path> children = Files.list(directory)) {
            parts = children.filter(p -> p.getFileName().toString().endsWith(".safetensors")).sorted().toList();
        } catch (IOException e) {
            throw FileErrors.reading(directory, e);
        }
        if (parts.isEmpty()) {
            throw new FormatException(directory, "this directory holds no .safetensors file");
        }
        parts.forEach(part -> consumer.accept(stem(part) + "/", reader.apply(part)));
    }

    /** Returns the name of the file without its extension. */
    static String stem(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
