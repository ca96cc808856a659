package org.flowprior.torch.io;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The bytes of pickles that follow each other, and the numbers in them. */
final class PickleInput {

    private static final int BLOCK = 1 << 16;

    private final Source source;
    private final int size;
    private byte[] bytes;
    private int loaded;
    private int position;

    /** A pickle in memory. */
    PickleInput(Source source, byte[] bytes) {
        this.source = source;
        this.bytes = bytes;
        this.size = bytes.length;
        this.loaded = bytes.length;
    }

    /** Pickles at the start of the file, of which no more is loaded than they take. */
    PickleInput(Source source) {
        this.source = source;
        this.bytes = new byte[0];
        this.size = (int) Math.min(source.size(), Integer.MAX_VALUE - 8);
    }

    FormatException refuse(String reason) {
        return source.refuse(reason);
    }

    /** Bytes read so far. */
    int position() {
        return position;
    }

    /** Goes back to an earlier position. */
    void rewind(int earlier) {
        position = earlier;
    }

    /** Bytes that there may be at most. */
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
        // Not bytes[advance(1)]: that would take the array from before a load.
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

    /** A float64 as pickles have it, big-endian. */
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

    /** A Long where it fits, else a BigInteger, of that many little-endian bytes in two's complement. */
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

    /** Text up to the end of the line. */
    String line() {
        int start = position;
        int end = start;
        while (uint8() != '\n') {
            end = position;
        }
        return decode(start, end - start);
    }

    private String decode(int start, int count) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, start, count)).toString();
        } catch (CharacterCodingException e) {
            throw refuse("a text in the pickle is not valid UTF-8");
        }
    }
}
