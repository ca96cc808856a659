package org.flowprior.torch.io;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Reads the bytes of pickles that follow each other, and the numbers and texts in them. */
final class PickleInput {

    private static final int BLOCK = 1 << 16;

    private final Source source;
    private final int size;
    private byte[] bytes;
    private int loaded;
    private int position;

    /** Reads a pickle in memory. */
    PickleInput(Source source, byte[] bytes) {
        this.source = source;
        this.bytes = bytes;
        this.size = bytes.length;
        this.loaded = bytes.length;
    }

    /** Reads pickles at the start of the file, and loads at most about twice the bytes that they take. */
    PickleInput(Source source) {
        this.source = source;
        this.bytes = new byte[0];
        this.size = (int) Math.min(source.size(), Integer.MAX_VALUE - 8);
    }

    FormatException refuse(String reason) {
        return source.refuse(reason);
    }

    FormatException wrongArguments(PickleGlobal function) {
        return refuse("the pickle calls " + function.python + " with arguments of the wrong kind");
    }

    /** Returns the number of bytes read so far. */
    int position() {
        return position;
    }

    /** Goes back to an earlier position. */
    void rewind(int earlier) {
        position = earlier;
    }

    /** Returns the size of the whole file. */
    long fileSize() {
        return source.size();
    }

    /** Returns the most bytes that there may be. */
    int size() {
        return size;
    }

    private int advance(long count) {
        if (count < 0 || count > size - position) {
            throw refuse("the pickle is cut short or damaged");
        }
        int start = position;
        position += (int) count;
        if (position > loaded) {
            int end = (int) Math.min(size, Math.max(position, 2L * loaded + BLOCK));
            bytes = Arrays.copyOf(bytes, end);
            source.fill(ByteBuffer.wrap(bytes, loaded, end - loaded), loaded);
            loaded = end;
        }
        return start;
    }

    int uint8() {
        // Not bytes[advance(1)], which would evaluate the array before advance replaces it.
        int start = advance(1);
        return bytes[start] & 0xff;
    }

    int uint16() {
        return little(2).getShort() & 0xffff;
    }

    int int32() {
        return little(4).getInt();
    }

    long uint32() {
        return little(4).getInt() & 0xffffffffL;
    }

    long int64() {
        return little(8).getLong();
    }

    /** Reads a float64, which pickles have big-endian. */
    double float64() {
        return little(8).order(ByteOrder.BIG_ENDIAN).getDouble();
    }

    private ByteBuffer little(int count) {
        int start = advance(count);
        return ByteBuffer.wrap(bytes, start, count).order(ByteOrder.LITTLE_ENDIAN);
    }

    byte[] raw(long count) {
        int start = advance(count);
        return Arrays.copyOfRange(bytes, start, position);
    }

    /** Reads that many little-endian bytes in two's complement, as a Long if they fit, else as a BigInteger. */
    Number integer(long count) {
        byte[] data = raw(count);
        for (int i = 0, j = data.length - 1; i < j; i++, j--) {
            byte swapped = data[i];
            data[i] = data[j];
            data[j] = swapped;
        }
        BigInteger value = data.length == 0 ? BigInteger.ZERO : new BigInteger(data);
        return value.bitLength() < 64 ? (Number) value.longValue() : value;
    }

    String text(long count) {
        int start = advance(count);
        return decode(start, (int) count);
    }

    /** Reads text up to the end of the line. */
    String line() {
        int start = position;
        int end = start;
        while (uint8() != '\n') {
            end = position;
        }
        return decode(start, end - start);
    }

    private String decode(int start, int count) {
        return source.utf8(ByteBuffer.wrap(bytes, start, count), "a text in the pickle");
    }
}
