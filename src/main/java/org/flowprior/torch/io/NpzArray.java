package org.flowprior.torch.io;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.flowprior.torch.DType;

/**
 * An {@code .npz} file with one array that need not fit into memory: written piece by piece, stored, aligned for
 * mapping, with zip64 records from 4 GiB on.
 */
public final class NpzArray {

    private NpzArray() {}

    /**
     * Writes the file.
     *
     * @param name   of the array
     * @param pieces its bytes in row-major order, little endian; asked for one after the other
     * @throws IllegalArgumentException     for an element type that NumPy lacks, and when the pieces are not as many
     *                                      bytes as shape and element type take
     * @throws java.io.UncheckedIOException when the file cannot be written; an old one stays as it was
     */
    public static void write(Path file, String name, DType dtype, long[] shape, Iterable<ByteBuffer> pieces) {
        byte[] header = header(file, dtype, shape);
        long bytes = Shapes.bytes(dtype, shape);
        AtomicFiles.writeChannel(file, channel -> {
            ZipWriter zip = new ZipWriter(channel);
            zip.add(name + ".npy", header.length + bytes, sink -> {
                sink.write(ByteBuffer.wrap(header));
                long left = bytes;
                for (ByteBuffer piece : pieces) {
                    left -= piece.remaining();
                    if (left >= 0) {
                        sink.write(piece.duplicate());
                    }
                }
                if (left != 0) {
                    throw new IllegalArgumentException(file + ": an array " + Arrays.toString(shape) + " of " + dtype
                            + " takes " + bytes + " bytes, and was given " + (bytes - left));
                }
            });
            zip.finish();
        });
    }

    private static byte[] header(Path file, DType dtype, long[] shape) {
        try {
            return NpyHeader.write(dtype, shape);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }
}
