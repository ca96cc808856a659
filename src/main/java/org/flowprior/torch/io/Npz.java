package org.flowprior.torch.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** NumPy's {@code .npz} files: zip files of {@link Npy} arrays, stored or compressed. */
public final class Npz {

    private static final String EXTENSION = ".npy";

    private Npz() {}

    /**
     * The arrays under their names, in the innermost scope: mapped where they are stored and aligned, as {@link #write}
     * does, otherwise copied.
     *
     * @throws FormatException             when the content is wrong, see {@link Npy#read}
     * @throws java.io.UncheckedIOException when the file cannot be read
     */
    public static Map<String, Tensor> read(Path file) {
        return read(file, name -> true);
    }

    /** As {@link #read(Path)}, those arrays alone whose names are wanted; the others are not looked at. */
    public static Map<String, Tensor> read(Path file, Predicate<String> wanted) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (Source source = Source.mapped(file); Scope scope = Scope.open()) {
            ZipReader zip = new ZipReader(source);
            forEachArray(source, zip, (name, member) -> {
                if (wanted.test(name)) {
                    tensors.put(name, read(source, zip, member));
                }
            });
            tensors.values().forEach(Tensor::moveOutward);
        }
        return tensors;
    }

    static List<TensorFiles.Entry> list(Path file) {
        List<TensorFiles.Entry> entries = new ArrayList<>();
        try (Source source = Source.copied(file)) {
            ZipReader zip = new ZipReader(source);
            forEachArray(source, zip, (name, member) -> entries.add(Npy.entry(header(source, zip, member), name)));
        }
        return entries;
    }

    private static void forEachArray(Source source, ZipReader zip, BiConsumer<String, ZipReader.Member> consumer) {
        for (String name : zip.names()) {
            if (!name.endsWith(EXTENSION)) {
                throw source.refuse("neither .npz nor .pt: the zip file holds '" + name + "'");
            }
            consumer.accept(name.substring(0, name.length() - EXTENSION.length()), zip.member(name));
        }
    }

    private static NpyHeader header(Source source, ZipReader zip, ZipReader.Member member) {
        try (InputStream in = zip.open(member)) {
            return NpyHeader.read(in, member.size());
        } catch (FormatException e) {
            throw e;
        } catch (IllegalArgumentException | IOException e) {
            throw new FormatException(source.file(), "'" + member.name() + "': " + e.getMessage(), e);
        }
    }

    private static Tensor read(Source source, ZipReader zip, ZipReader.Member member) {
        NpyHeader header = header(source, zip, member);
        if (member.stored()) {
            return Npy.read(source, zip.dataOffset(member), member.size(), header);
        }
        try (InputStream in = zip.open(member)) {
            CRC32 crc = new CRC32();
            crc.update(in.readNBytes(header.length()));
            Tensor data = Source.copy(header.dtype(), Npy.stored(header), buffer -> inflate(in, buffer, crc));
            if (in.read() >= 0 || crc.getValue() != member.crc()) {
                throw source.refuse("'" + member.name() + "' in the zip file is damaged");
            }
            return Npy.ordered(header, data);
        } catch (IOException | UncheckedIOException e) {
            throw new FormatException(source.file(), "'" + member.name() + "' in the zip file is damaged", e);
        }
    }

    private static void inflate(InputStream in, ByteBuffer buffer, CRC32 crc) {
        byte[] block = new byte[Math.min(buffer.remaining(), 1 << 16)];
        try {
            while (buffer.hasRemaining()) {
                int n = in.read(block, 0, Math.min(block.length, buffer.remaining()));
                if (n < 0) {
                    throw new EOFException("the compressed data ends early");
                }
                crc.update(block, 0, n);
                buffer.put(block, 0, n);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes the tensors in their order, stored and aligned for mapping.
     *
     * @throws IllegalArgumentException    for an element type that NumPy lacks
     * @throws java.io.UncheckedIOException when the file cannot be written; an old one stays as it was
     */
    public static void write(Path file, Map<String, ? extends Tensor> tensors) {
        AtomicFiles.writeChannel(file, channel -> {
            ZipWriter zip = new ZipWriter(channel);
            for (Map.Entry<String, ? extends Tensor> entry : tensors.entrySet()) {
                byte[] header = Npy.headerOf(file, entry.getValue());
                long size = header.length + Shapes.bytes(entry.getValue().dtype(), entry.getValue().shape());
                zip.add(entry.getKey() + EXTENSION, size, sink -> {
                    sink.write(ByteBuffer.wrap(header));
                    TensorBytes.write(entry.getValue(), sink);
                });
            }
            zip.finish();
        });
    }
}
