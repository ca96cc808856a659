package org.flowprior.torch.io;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * The tensors of a safetensors file over a read-only mapping: the system loads and drops pages as they are read, so
 * that files may be larger than the memory, and files on a read-only disk work too. Methods return copies of rows only,
 * because writing to the mapping would end the process.
 *
 * <p>Any platform thread may use it, one at a time.
 */
public final class MappedTensors implements AutoCloseable {

    private final Path file;
    private final SafetensorsHeader header;
    private final Map<String, Tensor> tensors;

    private MappedTensors(Path file, SafetensorsHeader header, Map<String, Tensor> tensors) {
        this.file = file;
        this.header = header;
        this.tensors = tensors;
    }

    /**
     * Opens a file.
     *
     * @throws FormatException              if the content is wrong, or its data is not aligned
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public static MappedTensors open(Path file) {
        try (Scope scope = Scope.open(); Source source = Source.mappedReadOnly(file)) {
            SafetensorsParser parsed = new SafetensorsParser(source);
            for (SafetensorsParser.Placed tensor : parsed.tensors()) {
                if (tensor.begin() % Math.min(8, tensor.dtype().bytes()) != 0) {
                    throw source.refuse("tensor '" + tensor.name() + "' begins at byte " + tensor.begin()
                            + ", which is not aligned; pad the header with spaces to a multiple of 8");
                }
            }
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            parsed.tensors().forEach(t -> tensors.put(t.name(),
                    source.tensor(t.begin(), t.dtype(), t.shape()).keep()));
            return new MappedTensors(file, parsed.header(), tensors);
        }
    }

    /** Returns metadata, names, dtypes and shapes. */
    public SafetensorsHeader header() {
        return header;
    }

    /** Copies the rows at these positions, in this order: [n, &hellip;], in the dtype of the file. */
    public Tensor rows(String name, long... positions) {
        return Scope.returning(() -> tensor(name).indexSelect(0, Tensor.of(positions)));
    }

    /** Copies {@code count} rows from {@code from} on: [count, &hellip;], in the dtype of the file. */
    public Tensor block(String name, long from, long count) {
        return Scope.returning(() -> tensor(name).narrow(0, from, count).clone());
    }

    /** Copies the rows from {@code from} on to a tensor with as many rows, of any dtype. */
    public void copyRows(String name, long from, Tensor to) {
        try (Scope scope = Scope.open()) {
            to.copy_(tensor(name).narrow(0, from, to.size(0)));
        }
    }

    private Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new FormatException(file, "holds no tensor '" + name + "', but "
                    + header.tensors().stream().map(TensorFiles.Entry::name).limit(5).toList());
        }
        return tensor;
    }

    /** Releases the mapping. A second call throws {@link org.flowprior.torch.ClosedException}. */
    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
    }
}
