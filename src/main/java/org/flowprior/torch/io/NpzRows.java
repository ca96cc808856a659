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
import java.util.zip.Checksum;
import org.flowprior.torch.DType;

/**
 * One array of an {@code .npz} file that need not fit into memory, read row by row, a row being all that belongs to one
 * index of the first dimension. Several threads may ask at once. Rows of a stored array are read where they stand;
 * a compressed one is unpacked from its begin to the row asked for, which is quick for rows in their order. Damage
 * shows with the last row; that of a stored array only where its rows were asked for about in their order.
 */
public final class NpzRows implements AutoCloseable {

    /** Rows passed over or ahead of their turn, for threads that ask a little out of order. */
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
    /** Of a stored array before the row {@code next}; null where there is no more to check. */
    private CRC32 checksum;

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
        if (member.stored()) {
            checksum = new CRC32();
            checksum.update(source.bytes(begin - header.length(), header.length()));
        }
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
     * @throws FormatException              when the array is damaged
     * @throws java.io.UncheckedIOException when the file cannot be read
     */
    public byte[] row(long index) {
        if (index < 0 || index >= header.shape()[0]) {
            throw new IndexOutOfBoundsException(source.file() + ": row " + index + " of " + header.shape()[0]);
        }
        try {
            return member.stored() ? stored(index) : unpacked(index);
        } catch (IOException e) {
            throw new FormatException(source.file(), "'" + member.name() + "' in the zip file is damaged", e);
        }
    }

    private byte[] stored(long index) throws IOException {
        byte[] row = source.bytes(begin + index * rowBytes, rowBytes);
        check(index, row);
        return row;
    }

    private synchronized void check(long index, byte[] row) throws IOException {
        if (checksum == null || index < next) {
            return;
        }
        // Kept as a copy, for the row is the caller's to change.
        passed.put(index, index == next ? row : row.clone());
        for (byte[] turn = passed.remove(next); turn != null; turn = passed.remove(next)) {
            checksum.update(turn);
            next++;
        }
        if (next == header.shape()[0]) {
            requireChecksum(checksum);
        } else if (passed.size() > KEPT) {
            checksum = null;
            passed.clear();
        }
    }

    private void requireChecksum(Checksum found) throws IOException {
        if (found.getValue() != member.crc()) {
            throw new IOException("the checksum is another");
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
        if (next == header.shape()[0]) {
            if (unpacked.read() >= 0) {
                throw new IOException("the compressed data does not end");
            }
            requireChecksum(unpacked.getChecksum());
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
            throw FileErrors.reading(source.file(), e);
        } finally {
            source.close();
        }
    }
}
