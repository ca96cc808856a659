package org.flowprior.torch.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * NumPy's {@code .npy} files: bool, all integers, float16 to float64, complex64 and complex128, little-endian; versions
 * 1 to 3, in C and in Fortran order, which becomes strides.
 */
public final class Npy {

    private Npy() {}

    /**
     * The array, over a copy-on-write mapping where it is aligned, in the innermost scope.
     *
     * @throws FormatException             when the content is wrong, of a structured, object or big-endian type, or
     *                                     goes on behind the array
     * @throws java.io.UncheckedIOException when the file cannot be read
     */
    public static Tensor read(Path file) {
        try (Source source = Source.mapped(file)) {
            return read(source, 0, source.size(), header(source, 0, source.size(), ""));
        }
    }

    static List<TensorFiles.Entry> list(Path file) {
        try (Source source = Source.copied(file)) {
            return List.of(entry(header(source, 0, source.size(), ""), TensorFiles.stem(file)));
        }
    }

    static TensorFiles.Entry entry(NpyHeader header, String name) {
        return TensorFiles.Entry.tensor(name, header.dtype(), header.shape(), header.fortran() ? "Fortran order" : "");
    }

    static NpyHeader header(Source source, long offset, long bytes, String name) {
        try {
            return NpyHeader.read(source.stream(offset, bytes), bytes);
        } catch (IllegalArgumentException | IOException e) {
            throw new FormatException(source.file(), name + e.getMessage(), e);
        }
    }

    static Tensor read(Source source, long offset, long bytes, NpyHeader header) {
        return Scope.returning(() -> ordered(header,
                source.tensor(offset + header.length(), header.dtype(), stored(header))));
    }

    /** The shape in the order of the data. */
    static long[] stored(NpyHeader header) {
        long[] shape = header.shape().clone();
        if (header.fortran()) {
            for (int d = 0; d < shape.length; d++) {
                shape[d] = header.shape()[shape.length - 1 - d];
            }
        }
        return shape;
    }

    /** Turns the dimensions of an array in Fortran order around. */
    static Tensor ordered(NpyHeader header, Tensor data) {
        if (!header.fortran() || header.shape().length < 2) {
            return data;
        }
        long[] reversed = new long[header.shape().length];
        for (int d = 0; d < reversed.length; d++) {
            reversed[d] = reversed.length - 1 - d;
        }
        return data.permute(reversed).detach();
    }

    /**
     * Writes the tensor, of any strides and device, in C order.
     *
     * @throws IllegalArgumentException    for an element type that NumPy lacks
     * @throws java.io.UncheckedIOException when the file cannot be written; an old one stays as it was
     */
    public static void write(Path file, Tensor tensor) {
        byte[] header = headerOf(file, tensor);
        AtomicFiles.writeChannel(file, channel -> {
            AtomicFiles.writeFully(channel, ByteBuffer.wrap(header));
            TensorBytes.write(tensor, bytes -> AtomicFiles.writeFully(channel, bytes));
        });
    }

    static byte[] headerOf(Path file, Tensor tensor) {
        DType dtype = tensor.dtype();
        try {
            return NpyHeader.write(dtype, tensor.shape());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }
}
