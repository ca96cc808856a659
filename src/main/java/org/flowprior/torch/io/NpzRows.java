package org.flowprior.torch.io;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.flowprior.torch.DType;

/**
 * Reads one array of an {@code .npz} file, which need not fit into memory, row by row. A row is everything that belongs
 * to one index of the first dimension. Several threads may read at once. Rows of a stored array are read directly; a
 * compressed array is unpacked from its start up to the requested row, which is fast if the rows are read in order.
 * The last row tells whether the array is damaged; in a stored array only if the rows were read approximately in order.
 */
public final class NpzRows implements AutoCloseable {

    /** Rows kept before or after their turn, for threads that read a little out of order. */
    private static final int KEPT = 128;

    private final Source source;
    private final ZipReader zip;
    private final ZipReader.Member member;
    private final NpyHeader header;
    private final int rowBytes;
    private final long begin;
    private final LinkedHashMap<Long, byte[]> passed = new LinkedHashMap<>();
    private CheckedInputStream unpacked;
    private long next;
    /** Covers a stored array up to the row {@code next}; null if nothing more is checked. */
    private CRC32 checksum;

    private NpzRows(Source source, String name) {
        this.source = source;
        this.zip = new ZipReader(source);
        this.member = Npz.member(source, zip, name);
        this.header = Npz.header(source, zip, member);
        long[] shape = header.shape();
        if (shape.length == 0 || header.fortran() && shape.length > 1) {
            throw source.refuse("'" + name + "' does not have rows one after the other: "
                    + (shape.length == 0 ? "it is a number" : "it is in Fortran order"));
        }
        long bytes = shape[0] == 0 ? 0 : Shapes.bytes(header.dtype(), shape) / shape[0];
        if (bytes > Integer.MAX_VALUE - 8) {
            throw source.refuse("'" + name + "' has rows of " + bytes + " bytes, too many");
        }
        this.rowBytes = (int) bytes;
        this.begin = member.stored() ? zip.dataOffset(member) + header.length() : 0;
        if (member.stored()) {
            checksum = new CRC32();
            checksum.update(source.bytes(begin - header.length(), header.length()));
        }
    }

    /**
     * Opens the array of that name.
     *
     * @throws FormatException              if the file is not an intact {@code .npz} with such an array
     * @throws java.io.UncheckedIOException if the file cannot be read
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

    /** Returns the element type. */
    public DType dtype() {
        return header.dtype();
    }

    /** Returns the shape, rows first. */
    public long[] shape() {
        return header.shape().clone();
    }

    /**
     * Reads the bytes of a row, row-major and little-endian.
     *
     * @param index in [0, rows)
     * @throws IndexOutOfBoundsException    for another index
     * @throws FormatException              if the array is damaged
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public byte[] row(long index) {
        if (index < 0 || index >= header.shape()[0]) {
            throw new IndexOutOfBoundsException(source.file() + ": row " + index + " of " + header.shape()[0]);
        }
        try {
            return member.stored() ? stored(index) : unpacked(index);
        } catch (IOException e) {
            throw zip.damaged(member, e);
        }
    }

    private byte[] stored(long index) {
        byte[] row = source.bytes(begin + index * rowBytes, rowBytes);
        check(index, row);
        return row;
    }

    private synchronized void check(long index, byte[] row) {
        if (checksum == null || index < next) {
            return;
        }
        // Kept as a copy, because the caller may change the row.
        passed.put(index, index == next ? row : row.clone());
        for (byte[] turn = passed.remove(next); turn != null; turn = passed.remove(next)) {
            checksum.update(turn);
            next++;
        }
        if (next == header.shape()[0] && checksum.getValue() != member.crc()) {
            throw zip.damaged(member, null);
        }
        if (passed.size() > KEPT) {
            checksum = null;
            passed.clear();
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
            passed.put(next, readNext());
            if (passed.size() > KEPT) {
                passed.pollFirstEntry();
            }
        }
        return readNext();
    }

    private void rewind() throws IOException {
        if (unpacked != null) {
            unpacked.close();
        }
        passed.clear();
        unpacked = zip.open(member);
        unpacked.skipNBytes(header.length());
        next = 0;
    }

    private byte[] readNext() throws IOException {
        byte[] row = unpacked.readNBytes(rowBytes);
        if (row.length < rowBytes) {
            throw new EOFException("the compressed data ends early");
        }
        next++;
        if (next == header.shape()[0]) {
            zip.requireEnd(member, unpacked);
        }
        return row;
    }

    /** Closes the file. */
    @Override
    public synchronized void close() {
        try {
            if (unpacked != null) {
                unpacked.close();
            }
        } catch (IOException e) {
            throw FileErrors.reading(source.file(), e);
        } finally {
            source.close();
        }
    }
}
