package org.flowprior.torch.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Writes a zip file of stored members whose data begins at multiples of 64 bytes, as PyTorch does, so that it can be
 * mapped. Sizes and offsets from 4 GiB on are written as zip64 records.
 */
final class ZipWriter {

    private static final int ALIGNMENT = 64;
    private static final long MASK = 0xffffffffL;
    private static final short UTF_8_NAMES = 0x800;
    /** 1 January 1980, so that the same content gives the same bytes. */
    private static final int DATE = 0x21;

    /** Writes the content of a member. */
    interface Content {
        void write(TensorBytes.Sink sink) throws IOException;
    }

    private record Member(byte[] name, long crc, long size, long offset) {}

    private final FileChannel channel;
    private final long limit;
    private final List<Member> members = new ArrayList<>();

    ZipWriter(FileChannel channel) {
        this(channel, MASK);
    }

    /** Writes zip64 records for sizes and offsets from the limit on. */
    ZipWriter(FileChannel channel, long limit) {
        this.channel = channel;
        this.limit = limit;
    }

    void add(String name, byte[] content) throws IOException {
        add(name, content.length, sink -> sink.write(ByteBuffer.wrap(content)));
    }

    /** Adds a member whose content has exactly {@code size} bytes. */
    void add(String name, long size, Content content) throws IOException {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > 0xffff) {
            throw new IllegalArgumentException("a name of " + utf8.length + " bytes is too long for a zip file");
        }
        long offset = channel.position();
        AtomicFiles.writeFully(channel, localHeader(utf8, size, offset));
        long start = channel.position();
        CRC32 crc = new CRC32();
        content.write(bytes -> {
            crc.update(bytes.duplicate());
            AtomicFiles.writeFully(channel, bytes);
        });
        if (channel.position() - start != size) {
            throw new IllegalStateException(name + ": " + (channel.position() - start) + " bytes instead of " + size);
        }
        channel.write(little(4).putInt((int) crc.getValue()).flip(), offset + 14);
        members.add(new Member(utf8, crc.getValue(), size, offset));
    }

    private static ByteBuffer little(int capacity) {
        return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer localHeader(byte[] name, long size, long offset) {
        boolean large = size >= limit;
        int fixed = 30 + name.length + (large ? 20 : 0);
        int padding = (int) (ALIGNMENT - (offset + fixed) % ALIGNMENT) % ALIGNMENT;
        padding += padding > 0 && padding < 4 ? ALIGNMENT : 0;
        ByteBuffer header = little(fixed + padding).putInt(0x04034b50);
        putCommon(header, large, 0, large ? MASK : size);
        header.putShort((short) name.length).putShort((short) ((large ? 20 : 0) + padding)).put(name);
        if (large) {
            header.putShort((short) 1).putShort((short) 16).putLong(size).putLong(size);
        }
        if (padding > 0) {
            // PyTorch's id of a field that is only padding.
            header.put((byte) 'F').put((byte) 'B').putShort((short) (padding - 4));
        }
        return header.position(header.capacity()).flip();
    }

    private static void putCommon(ByteBuffer header, boolean large, long crc, long size) {
        header.putShort((short) (large ? 45 : 20)).putShort(UTF_8_NAMES).putShort((short) 0).putShort((short) 0)
                .putShort((short) DATE).putInt((int) crc).putInt((int) size).putInt((int) size);
    }

    /** Writes the directory. */
    void finish() throws IOException {
        long start = channel.position();
        for (Member member : members) {
            AtomicFiles.writeFully(channel, centralHeader(member));
        }
        long end = channel.position();
        if (members.size() >= 0xffff || start >= limit || end - start >= limit) {
            ByteBuffer end64 = little(76).putInt(0x06064b50).putLong(44).putShort((short) 45).putShort((short) 45)
                    .putInt(0).putInt(0).putLong(members.size()).putLong(members.size()).putLong(end - start)
                    .putLong(start).putInt(0x07064b50).putInt(0).putLong(end).putInt(1);
            AtomicFiles.writeFully(channel, end64.flip());
        }
        short count = (short) Math.min(members.size(), 0xffff);
        AtomicFiles.writeFully(channel, little(22).putInt(0x06054b50).putInt(0).putShort(count).putShort(count)
                .putInt((int) (end - start >= limit ? MASK : end - start)).putInt((int) (start >= limit ? MASK : start))
                .putShort((short) 0).flip());
    }

    private ByteBuffer centralHeader(Member member) {
        boolean largeSize = member.size() >= limit;
        boolean largeOffset = member.offset() >= limit;
        int extra = largeSize || largeOffset ? 4 + (largeSize ? 16 : 0) + (largeOffset ? 8 : 0) : 0;
        ByteBuffer header = little(46 + member.name().length + extra).putInt(0x02014b50).putShort((short) 45);
        putCommon(header, extra > 0, member.crc(), largeSize ? MASK : member.size());
        header.putShort((short) member.name().length).putShort((short) extra).putShort((short) 0).putShort((short) 0)
                .putShort((short) 0).putInt(0).putInt((int) (largeOffset ? MASK : member.offset())).put(member.name());
        if (extra > 0) {
            header.putShort((short) 1).putShort((short) (extra - 4));
            if (largeSize) {
                header.putLong(member.size()).putLong(member.size());
            }
            if (largeOffset) {
                header.putLong(member.offset());
            }
        }
        return header.flip();
    }
}
