package org.flowprior.torch.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.flowprior.torch.DType;

/**
 * One array of an {@code .npz} file that need not fit into memory, read row by row, a row being all that belongs to one
 * index of the first dimension. Several threads may ask at once. Rows of a stored array are read where they stand;
 * a compressed one is unpacked from its begin to the row asked for, which is quick for rows in their order.
 */
public final class NpzRows implements AutoCloseable {

    /** Rows of a compressed array that were passed over, for threads that ask a little out of order. */
    private static final int KEPT = 128;

    private final Source source;
    private final ZipReader zip;
    private final ZipReader.Member member;
    private final NpyHeader header;
    private final int rowBytes;
    private final long begin;
    private final Map<Long, byte[]> passed = new LinkedHashMap<>();
    private CheckedInputStream unpacked;
    private long next;

    private NpzRows(Source source, String name) {
        this.source = source;
        this.zip = new ZipReader(source);
        this.member = zip.member(name + ".npy");
        if (member == null) {
            throw source.refuse("holds no array '" + name + "' but " + (zip.names().isEmpty() ? "nothing"
                    : String.join(", ", zip.names())));
        }
        this.header = header(name);
        long[] shape = header.shape();
        if (shape.length == 0 || header.fortran() && shape.length > 1) {
            throw source.refuse("'" + name + "' has no rows one behind the other: "
                    + (shape.length == 0 ? "it is a number" : "it is in Fortran order"));
        }
        long bytes = shape[0] == 0 ? 0 : Shapes.bytes(header.dtype(), shape) / shape[0];
        if (bytes > Integer.MAX_VALUE - 8) {
            throw source.refuse("'" + name + "' has rows of " + bytes + " bytes, too many");
        }
        this.rowBytes = (int) bytes;
        this.begin = member.stored() ? zip.dataOffset(member) + header.length() : 0;
    }

    /**
     * Opens the array of that name.
     *
     * @throws FormatException              when the file is no sound {@code .npz} with such an array
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    public static NpzRows open(Path file, String name) {
        Source source = Source.copied(file);
        try {
            return new NpzRows(source, name);
        } catch (RuntimeException e) {
            source.close();
            throw e;
        }
    }

    private NpyHeader header(String name) {
        try (InputStream in = zip.open(member)) {
            return NpyHeader.read(in, member.size());
        } catch (FormatException e) {
            throw e;
        } catch (IllegalArgumentException | IOException e) {
            throw new FormatException(source.file(), "'" + name + "': " + e.getMessage(), e);
        }
    }

    /** The element type. */
    public DType dtype() {
        return header.dtype();
    }

    /** The shape, rows first. */
    public long[] shape() {
        return header.shape().clone();
    }

    /**
     * The bytes of a row, row-major and little-endian.
     *
     * @param index in [0, rows)
     * @throws IndexOutOfBoundsException    for another
     * @throws FormatException              when a compressed array is damaged
     * @throws java.io.UncheckedIOException when the file cannot be read
     */
    public byte[] row(long index) {
        if (index < 0 || index >= header.shape()[0]) {
            throw new IndexOutOfBoundsException(source.file() + ": row " + index + " of " + header.shape()[0]);
        }
        if (member.stored()) {
            return source.bytes(begin + index * rowBytes, rowBytes);
        }
        try {
            return unpacked(index);
        } catch (IOException e) {
            throw new FormatException(source.file(), "'" + member.name() + "' in the zip file is damaged", e);
        }
    }

    private synchronized byte[] unpacked(long index) throws IOException {
        byte[] kept = passed.remove(index);
        if (kept != null) {
            return kept;
        }
        if (unpacked == null || index < next) {
            rewind();
        }
        while (next < index) {
            keep(next, readNext());
        }
        return readNext();
    }

    private void rewind() throws IOException {
        if (unpacked != null) {
            unpacked.close();
        }
        passed.clear();
        unpacked = new CheckedInputStream(zip.open(member), new CRC32());
        exactly(header.length());
        next = 0;
    }

    private byte[] readNext() throws IOException {
        byte[] row = exactly(rowBytes);
        next++;
        if (next == header.shape()[0]
                && (unpacked.read() >= 0 || unpacked.getChecksum().getValue() != member.crc())) {
            throw new IOException("the checksum is another");
        }
        return row;
    }

    private byte[] exactly(int count) throws IOException {
        byte[] bytes = unpacked.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the compressed data ends early");
        }
        return bytes;
    }

    private void keep(long index, byte[] row) {
        passed.put(index, row);
        if (passed.size() > KEPT) {
            Iterator<Long> oldest = passed.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** Lets go of the file. */
    @Override
    public synchronized void close() {
        try {
            if (unpacked != null) {
                unpacked.close();
            }
        } catch (IOException e) {
            throw Failures.reading(source.file(), e);
        } finally {
            source.close();
        }
    }
}
