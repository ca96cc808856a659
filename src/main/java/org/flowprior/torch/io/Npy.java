package org.flowprior.torch.io;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * NumPy's {@code .npy} files, versions 1 to 3: bool, all integers, float16 to float64, complex64 and complex128,
 * little-endian; in C order, or in Fortran order, which becomes strides.
 */
public final class Npy {

    private Npy() {}

    /**
     * Reads the array, over a copy-on-write mapping if it is aligned, in the innermost scope.
     *
     * @throws FormatException              if the content is wrong, has a structured, object or big-endian type, or
     *                                      continues after the array
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public static Tensor read(Path file) {
        try (Source source = Source.mapped(file)) {
            return read(source, 0, header(source));
        }
    }

    static List<TensorFiles.Entry> list(Path file) {
        try (Source source = Source.copied(file)) {
            return List.of(NpyHeader.readAny(source, "", source.stream(0, source.size()), source.size())
                    .entry(TensorFiles.stem(file)));
        }
    }

    private static NpyHeader header(Source source) {
        return NpyHeader.read(source, "", source.stream(0, source.size()), source.size());
    }

    static Tensor read(Source source, long offset, NpyHeader header) {
        return Scope.returning(() -> ordered(header,
                source.tensor(offset + header.length(), header.dtype(), header.storedShape())));
    }

    /** Reverses the dimensions of an array in Fortran order. */
    static Tensor ordered(NpyHeader header, Tensor data) {
        int n = header.shape().length;
        return !header.fortran() || n < 2 ? data
                : data.permute(LongStream.range(0, n).map(d -> n - 1 - d).toArray()).detach();
    }

    /**
     * Writes the tensor, of any strides and device, in C order.
     *
     * @throws IllegalArgumentException     for an element type that NumPy lacks
     * @throws java.io.UncheckedIOException if the file cannot be written; an old one stays as it was
     */
    public static void write(Path file, Tensor tensor) {
        byte[] header = NpyHeader.write(file, tensor.dtype(), tensor.shape());
        AtomicFiles.writeChannel(file, channel -> {
            AtomicFiles.writeFully(channel, ByteBuffer.wrap(header));
            TensorBytes.write(tensor, bytes -> AtomicFiles.writeFully(channel, bytes));
        });
    }
}
