package org.flowprior.torch.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * Reads the central directory of a zip file, with the offsets of the members' data: mapping needs them, and
 * {@link java.util.zip} does not tell them. Members may be stored or deflated; files may be longer than 4 GiB (zip64).
 */
final class ZipReader {

    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int END_SIZE = 22;
    private static final long MASK = 0xffffffffL;
    /** The most bytes that a deflated byte can stand for. */
    private static final long MAX_RATIO = 1032;

    /** A member; {@code packed} bytes in the file are {@code size} bytes of content, as many if it is stored. */
    record Member(String name, boolean stored, long crc, long packed, long size, long header) {}

    private final Source source;
    private final Map<String, Member> members = new LinkedHashMap<>();

    ZipReader(Source source) {
        this.source = source;
        readDirectory();
    }

    static boolean isZip(byte[] start) {
        return start.length >= 4 && start[0] == 'P' && start[1] == 'K'
                && (start[2] == 3 && start[3] == 4 || start[2] == 5 && start[3] == 6);
    }

    Set<String> names() {
        return members.keySet();
    }

    /** Returns the member of that name, or null. */
    Member member(String name) {
        return members.get(name);
    }

    private ByteBuffer at(long offset, long count) {
        if (offset < 0 || count < 0 || offset > source.size() - count || count > Integer.MAX_VALUE - 8) {
            throw source.refuse("not a whole zip file: its directory points outside it");
        }
        return ByteBuffer.wrap(source.bytes(offset, (int) count)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void readDirectory() {
        long end = findEnd();
        ByteBuffer tail = at(end, END_SIZE);
        long count = tail.getShort(10) & 0xffff;
        long size = tail.getInt(12) & MASK;
        long offset = tail.getInt(16) & MASK;
        if (end >= 20 && at(end - 20, 20).getInt(0) == LOCATOR_64) {
            ByteBuffer end64 = at(at(end - 20, 20).getLong(8), 56);
            if (end64.getInt(0) != END_64) {
                throw source.refuse("not a whole zip file: the zip64 record is missing");
            }
            count = end64.getLong(32);
            size = end64.getLong(40);
            offset = end64.getLong(48);
        }
        ByteBuffer directory = at(offset, size);
        long packed = 0;
        for (long i = 0; i < count; i++) {
            Member member = readMember(directory);
            if (members.putIfAbsent(member.name(), member) != null) {
                throw source.refuse("the zip file has '" + member.name() + "' twice");
            }
            packed += member.packed();
            if (packed > source.size()) {
                throw source.refuse("not a whole zip file: its members take more bytes than it has");
            }
        }
    }

    private long findEnd() {
        int length = (int) Math.min(source.size(), END_SIZE + 0xffff);
        ByteBuffer tail = at(source.size() - length, length);
        for (int i = length - END_SIZE; i >= 0; i--) {
            if (tail.getInt(i) == END && (tail.getShort(i + 20) & 0xffff) == length - END_SIZE - i) {
                return source.size() - length + i;
            }
        }
        throw source.refuse("not a whole zip file: the end of its directory is missing");
    }

    private Member readMember(ByteBuffer directory) {
        if (directory.remaining() < 46 || directory.getInt(directory.position()) != CENTRAL) {
            throw source.refuse("not a whole zip file: its directory is damaged");
        }
        int p = directory.position();
        int flags = directory.getShort(p + 8);
        int method = directory.getShort(p + 10) & 0xffff;
        long crc = directory.getInt(p + 16) & MASK;
        long packed = directory.getInt(p + 20) & MASK;
        long size = directory.getInt(p + 24) & MASK;
        int nameLength = directory.getShort(p + 28) & 0xffff;
        int extraLength = directory.getShort(p + 30) & 0xffff;
        int commentLength = directory.getShort(p + 32) & 0xffff;
        long header = directory.getInt(p + 42) & MASK;
        if (directory.remaining() < 46 + nameLength + extraLength + commentLength) {
            throw source.refuse("not a whole zip file: its directory is damaged");
        }
        String name = new String(directory.array(), p + 46, nameLength, StandardCharsets.UTF_8);
        ByteBuffer extra = findExtra(directory.slice(p + 46 + nameLength, extraLength).order(ByteOrder.LITTLE_ENDIAN));
        size = size == MASK ? next(extra, name) : size;
        packed = packed == MASK ? next(extra, name) : packed;
        header = header == MASK ? next(extra, name) : header;
        directory.position(p + 46 + nameLength + extraLength + commentLength);
        check(name, flags, method, packed, size);
        return new Member(name, method == 0, crc, packed, size, header);
    }

    private static ByteBuffer findExtra(ByteBuffer extra) {
        while (extra.remaining() >= 4) {
            int id = extra.getShort() & 0xffff;
            int length = Math.min(extra.getShort() & 0xffff, extra.remaining());
            if (id == 1) {
                return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            }
            extra.position(extra.position() + length);
        }
        return ByteBuffer.allocate(0);
    }

    private long next(ByteBuffer extra, String name) {
        if (extra.remaining() < 8) {
            throw source.refuse("not a whole zip file: '" + name + "' lacks its zip64 sizes");
        }
        return extra.getLong();
    }

    private void check(String name, int flags, int method, long packed, long size) {
        if ((flags & 1) != 0) {
            throw source.refuse("'" + name + "' in the zip file is encrypted");
        }
        if (method != 0 && method != 8) {
            throw source.refuse(
                    "'" + name + "' in the zip file is packed by method " + method + ", not stored or deflated");
        }
        if (packed < 0 || size < 0 || packed > source.size()
                || (method == 0 ? size != packed : size / MAX_RATIO > packed)) {
            throw source.refuse("'" + name + "' in the zip file has impossible sizes: " + packed + " bytes packed, "
                    + size + " unpacked");
        }
    }

    /** Returns where the bytes of a member begin; they lie inside the file. */
    long dataOffset(Member member) {
        ByteBuffer local = at(member.header(), 30);
        if (local.getInt(0) != LOCAL) {
            throw source.refuse("not a whole zip file: '" + member.name() + "' is not where the directory says");
        }
        long offset = member.header() + 30 + (local.getShort(26) & 0xffff) + (local.getShort(28) & 0xffff);
        if (offset > source.size() - member.packed()) {
            throw source.refuse("not a whole zip file: '" + member.name() + "' is cut short");
        }
        return offset;
    }

    /** Opens the content of a member, to be checked by {@link #requireEnd}. Damage shows as an {@link IOException}. */
    CheckedInputStream open(Member member) {
        InputStream raw = source.stream(dataOffset(member), member.packed());
        return new CheckedInputStream(
                member.stored() ? raw : new InflaterInputStream(raw, new Inflater(true), 1 << 16) {
                    @Override
                    public void close() throws IOException {
                        super.close();
                        inf.end();
                    }
                }, new CRC32());
    }

    /** Refuses the file unless the content has been read to its end and has the checksum of the member. */
    void requireEnd(Member member, CheckedInputStream in) throws IOException {
        if (in.read() >= 0 || in.getChecksum().getValue() != member.crc()) {
            throw damaged(member, null);
        }
    }

    FormatException damaged(Member member, Throwable cause) {
        return source.refuse("'" + member.name() + "' in the zip file is damaged", cause);
    }

    /** Reads the whole content of a member; a deflated one is checked. */
    byte[] bytes(Member member) {
        if (member.size() > Integer.MAX_VALUE - 8) {
            throw source.refuse("'" + member.name() + "' in the zip file has " + member.size() + " bytes, too many");
        }
        if (member.stored()) {
            return source.bytes(dataOffset(member), (int) member.size());
        }
        try (CheckedInputStream in = open(member)) {
            byte[] content = new byte[(int) member.size()];
            if (in.readNBytes(content, 0, content.length) < content.length) {
                throw damaged(member, null);
            }
            requireEnd(member, in);
            return content;
        } catch (IOException e) {
            throw damaged(member, e);
        }
    }
}
