package org.flowprior.torch.io;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

    /** The key of the metadata in a header, which no tensor can have. */
    static final String METADATA = "__metadata__";

    private Safetensors() {}

    /**
     * Reads the tensors in the order of their data, over a copy-on-write mapping of the file, in the innermost scope.
     * They may be changed in place; the file must not be truncated while they live. Unaligned tensors, as old writers
     * left them, and those in a file that this process may not write are copied.
     *
     * @throws FormatException              if the content is wrong
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public static Map<String, Tensor> read(Path file) {
        try (Source source = Source.mapped(file)) {
            return tensors(source);
        }
    }

    /** As {@link #read}, with tensors that own copies: for files that another program may write in place. */
    public static Map<String, Tensor> load(Path file) {
        try (Source source = Source.copied(file)) {
            return tensors(source);
        }
    }

    /**
     * Reads metadata, names, dtypes and shapes, without the data.
     *
     * @throws FormatException              if the content is wrong
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public static SafetensorsHeader header(Path file) {
        try (Source source = Source.copied(file)) {
            return new SafetensorsParser(source).header();
        }
    }

    private static Map<String, Tensor> tensors(Source source) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (Scope scope = Scope.open()) {
            new SafetensorsParser(source).tensors()
                    .forEach(t -> tensors.put(t.name(), source.tensor(t.begin(), t.dtype(), t.shape())));
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
     * A tensor under two names is written twice, and so are elements that two tensors share.
     *
     * @throws IllegalArgumentException     for an element type that the format lacks, and for the name __metadata__
     * @throws java.io.UncheckedIOException if the file cannot be written; an old one stays as it was
     */
    public static void write(Path file, Map<String, ? extends Tensor> tensors, Map<String, String> metadata) {
        tensors.forEach((name, tensor) -> requireWritable(file, name, tensor));
        List<Map.Entry<String, ? extends Tensor>> ordered = new ArrayList<>(tensors.entrySet());
        ordered.sort(Comparator.<Map.Entry<String, ? extends Tensor>, SafetensorsType>comparing(
                e -> SafetensorsType.of(e.getValue().dtype())).reversed().thenComparing(Map.Entry::getKey));
        byte[] header = headerText(ordered, metadata).getBytes(StandardCharsets.UTF_8);
        int padded = (header.length + 7) / 8 * 8;
        ByteBuffer start = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(header);
        while (start.hasRemaining()) {
            start.put((byte) ' ');
        }
        AtomicFiles.writeChannel(file, channel -> {
            AtomicFiles.writeFully(channel, start.flip());
            for (Map.Entry<String, ? extends Tensor> entry : ordered) {
                TensorBytes.write(entry.getValue(), bytes -> AtomicFiles.writeFully(channel, bytes));
            }
        });
    }

    private static void requireWritable(Path file, String name, Tensor tensor) {
        if (name.equals(METADATA)) {
            throw new IllegalArgumentException(file + ": a tensor cannot have the name " + METADATA);
        }
        if (SafetensorsType.of(tensor.dtype()) == null) {
            throw new IllegalArgumentException(file + ": tensor '" + name + "' is " + tensor.dtype()
                    + ", which safetensors lacks; viewAsReal or to(dtype) make it one that fits");
        }
    }

    private static String headerText(List<Map.Entry<String, ? extends Tensor>> tensors, Map<String, String> metadata) {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            json.setHtmlSafe(false);
            json.beginObject();
            if (!metadata.isEmpty()) {
                json.name(METADATA).beginObject();
                for (Map.Entry<String, String> entry : metadata.entrySet()) {
                    json.name(entry.getKey()).value(entry.getValue());
                }
                json.endObject();
            }
            long offset = 0;
            for (Map.Entry<String, ? extends Tensor> entry : tensors) {
                offset = writeTensor(json.name(entry.getKey()), entry.getValue(), offset);
            }
            json.endObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static long writeTensor(JsonWriter json, Tensor tensor, long offset) throws IOException {
        long[] shape = tensor.shape();
        long end = offset + Shapes.bytes(tensor.dtype(), shape);
        json.beginObject().name("dtype").value(SafetensorsType.of(tensor.dtype()).name());
        json.name("shape").beginArray();
        for (long size : shape) {
            json.value(size);
        }
        json.endArray();
        json.name("data_offsets").beginArray().value(offset).value(end).endArray().endObject();
        return end;
    }
}
