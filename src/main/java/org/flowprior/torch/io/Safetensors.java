package org.flowprior.torch.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Safetensors files, as {@code safetensors.torch} reads and writes them. Element types: bool, uint8 to uint64, int8 to
 * int64, float16, bfloat16, float32, float64, float8_e4m3fn, float8_e5m2, complex64.
 */
public final class Safetensors {

    private Safetensors() {}

    /**
     * The tensors in the order of their data, over a copy-on-write mapping of the file, in the innermost scope. They
     * may be changed in place; the file must not be truncated while they live. What lies unaligned, as in files of old
     * writers, and what lies in a file that this process may not write is copied.
     *
     * @throws FormatException             when the content is wrong
     * @throws java.io.UncheckedIOException when the file cannot be read
     */
    public static Map<String, Tensor> read(Path file) {
        try (Source source = Source.mapped(file)) {
            return tensors(source);
        }
    }

    /** As {@link #read}, with tensors that own copies: for files that somebody else may write in place. */
    public static Map<String, Tensor> load(Path file) {
        try (Source source = Source.copied(file)) {
            return tensors(source);
        }
    }

    /**
     * Metadata, names, dtypes and shapes, without the data.
     *
     * @throws FormatException             when the content is wrong
     * @throws java.io.UncheckedIOException when the file cannot be read
     */
    public static SafetensorsHeader header(Path file) {
        try (Source source = Source.copied(file)) {
            return SafetensorsHeader.of(SafetensorsParser.parse(source));
        }
    }

    private static Map<String, Tensor> tensors(Source source) {
        List<SafetensorsParser.Placed> placed = SafetensorsParser.parse(source).tensors();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (Scope scope = Scope.open()) {
            placed.forEach(t -> tensors.put(t.name(), source.tensor(t.offset(), t.dtype(), t.shape())));
            tensors.values().forEach(Tensor::moveOutward);
        }
        return tensors;
    }

    /** Writes the tensors without metadata, see {@link #write(Path, Map, Map)}. */
    public static void write(Path file, Map<String, ? extends Tensor> tensors) {
        write(file, tensors, Map.of());
    }

    /**
     * Writes the tensors, of any strides and device, in the order of the Python library: by element type, then by name.
     * A tensor under two names, and tensors that share elements, are written out each.
     *
     * @throws IllegalArgumentException    for an element type that the format lacks, and for the key __metadata__
     * @throws java.io.UncheckedIOException when the file cannot be written; an old one stays as it was
     */
    public static void write(Path file, Map<String, ? extends Tensor> tensors, Map<String, String> metadata) {
        tensors.forEach((name, tensor) -> requireWritable(file, name, tensor));
        List<Map.Entry<String, ? extends Tensor>> ordered = new ArrayList<>(tensors.entrySet());
        ordered.sort(Comparator.<Map.Entry<String, ? extends Tensor>, SafetensorsType>comparing(
                e -> SafetensorsType.of(e.getValue().dtype())).reversed().thenComparing(Map.Entry::getKey));
        byte[] header = SafetensorsHeaderText.of(ordered, metadata).getBytes(StandardCharsets.UTF_8);
        AtomicFiles.writeChannel(file, channel -> {
            writeHeader(channel, header);
            for (Map.Entry<String, ? extends Tensor> entry : ordered) {
                TensorBytes.write(entry.getValue(), bytes -> AtomicFiles.writeFully(channel, bytes));
            }
        });
    }

    private static void writeHeader(FileChannel channel, byte[] header) throws IOException {
        int padded = (header.length + 7) / 8 * 8;
        ByteBuffer start = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(header);
        while (start.hasRemaining()) {
            start.put((byte) ' ');
        }
        AtomicFiles.writeFully(channel, start.flip());
    }

    private static void requireWritable(Path file, String name, Tensor tensor) {
        if (name.equals("__metadata__")) {
            throw new IllegalArgumentException(file + ": a tensor cannot go by the name __metadata__");
        }
        if (SafetensorsType.of(tensor.dtype()) == null) {
            throw new IllegalArgumentException(file + ": tensor '" + name + "' is " + tensor.dtype()
                    + ", which safetensors "
                    + "lacks; viewAsReal or to(dtype) make it one that fits");
        }
    }
}
