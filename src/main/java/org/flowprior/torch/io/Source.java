package org.flowprior.torch.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** A file that tensors are made from, by mapping or by copying. Headers are always read, never mapped. */
final class Source implements AutoCloseable {

    private static final int CHUNK = 1 << 20;

    private final Path file;
    private final FileChannel channel;
    private final long size;
    /** How tensors are mapped; null if they are copied. */
    private final MapMode mapping;
    private MemorySegment mapped;

    private Source(Path file, FileChannel channel, MapMode mapping) throws IOException {
        this.file = file;
        this.channel = channel;
        this.size = channel.size();
        this.mapping = mapping;
    }

    /**
     * Opens a file whose tensors lie over a private mapping. Java needs a writable channel for a copy-on-write mapping,
     * so the tensors of a file that this process may not write are copied.
     */
    static Source mapped(Path file) {
        try {
            return open(file, MapMode.PRIVATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (UncheckedIOException e) {
            return copied(file);
        }
    }

    /** Opens a file whose tensors lie over a shared mapping: writing to one of them ends the process. */
    static Source mappedReadOnly(Path file) {
        return open(file, MapMode.READ_ONLY, StandardOpenOption.READ);
    }

    /** Opens a file whose tensors are copies. */
    static Source copied(Path file) {
        return open(file, null, StandardOpenOption.READ);
    }

    private static Source open(Path file, MapMode mapping, OpenOption... options) {
        try {
            if (!Files.exists(file)) {
                throw new NoSuchFileException(file.toString());
            }
            if (!Files.isRegularFile(file)) {
                throw new FileSystemException(file.toString(), null,
                        Files.isDirectory(file) ? "it is a directory" : "it is not a regular file");
            }
            return new Source(file, FileChannel.open(file, options), mapping);
        } catch (IOException e) {
            throw FileErrors.reading(file, e);
        }
    }

    Path file() {
        return file;
    }

    long size() {
        return size;
    }

    FormatException refuse(String reason) {
        return new FormatException(file, reason);
    }

    FormatException refuse(String reason, Throwable cause) {
        return new FormatException(file, reason, cause);
    }

    /** Decodes UTF-8 strictly; the message of a refusal calls the text {@code name}. */
    String utf8(ByteBuffer bytes, String name) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw refuse(name + " is not valid UTF-8", e);
        }
    }

    /** Reads bytes at the offset, which must lie inside the file. */
    byte[] bytes(long offset, int count) {
        byte[] bytes = new byte[count];
        fill(ByteBuffer.wrap(bytes), offset);
        return bytes;
    }

    /** Fills the rest of the buffer with the bytes from the offset on. */
    void fill(ByteBuffer buffer, long offset) {
        long position = offset;
        try {
            while (buffer.hasRemaining()) {
                int n = channel.read(buffer, position);
                if (n < 0) {
                    throw refuse("ends at byte " + position + ", before its content");
                }
                position += n;
            }
        } catch (IOException e) {
            throw FileErrors.reading(file, e);
        }
    }

    /** Returns the bytes from the offset on, which must lie inside the file. */
    InputStream stream(long offset, long count) {
        return new InputStream() {
            private long done;

            @Override
            public int read() {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int start, int length) {
                int n = (int) Math.min(length, count - done);
                if (n <= 0 && length > 0) {
                    return -1;
                }
                fill(ByteBuffer.wrap(target, start, n), offset + done);
                done += n;
                return n;
            }
        };
    }

    /** Makes the tensor whose elements begin at the offset; they must lie inside the file. */
    Tensor tensor(long offset, DType dtype, long... shape) {
        long bytes = Shapes.bytes(dtype, shape);
        if (mapping != null && bytes > 0) {
            MemorySegment data = mapping().asSlice(offset, bytes);
            if (data.address() % Math.min(8, dtype.bytes()) == 0) {
                return Tensor.over(data, dtype, shape);
            }
        }
        return copy(dtype, shape, (buffer, done) -> fill(buffer, offset + done));
    }

    /** Fills the buffer with the bytes of a tensor after the first {@code done}; called in order, without gaps. */
    interface Filler {
        void fill(ByteBuffer buffer, long done);
    }

    /** Makes a tensor and fills it piece by piece. */
    static Tensor copy(DType dtype, long[] shape, Filler filler) {
        Tensor tensor = Torch.empty(shape, dtype);
        long elements = Shapes.elements(shape);
        if (elements == 0) {
            return tensor;
        }
        int perChunk = CHUNK / dtype.bytes();
        try (Arena arena = Arena.ofConfined(); Tensor flat = tensor.detach().view(-1)) {
            MemorySegment block = arena.allocate(Math.min(elements * dtype.bytes(), CHUNK));
            for (long done = 0; done < elements; done += perChunk) {
                long count = Math.min(perChunk, elements - done);
                MemorySegment chunk = block.asSlice(0, count * dtype.bytes());
                filler.fill(chunk.asByteBuffer(), done * dtype.bytes());
                try (Tensor part = flat.narrow(0, done, count)) {
                    part.load(chunk);
                }
            }
        }
        return tensor;
    }

    private MemorySegment mapping() {
        if (mapped == null) {
            try {
                mapped = channel.map(mapping, 0, size, Arena.ofAuto());
            } catch (IOException e) {
                throw FileErrors.reading(file, e);
            }
        }
        return mapped;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw FileErrors.reading(file, e);
        }
    }
}
