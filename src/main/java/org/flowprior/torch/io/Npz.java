package org.flowprior.torch.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.zip.CheckedInputStream;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** NumPy's {@code .npz} files: zip files of {@link Npy} arrays, stored or compressed. */
public final class Npz {

    static final String EXTENSION = ".npy";

    private Npz() {}

    /**
     * Reads the arrays under their names, in the innermost scope. Arrays that are stored and aligned, as
     * {@link #write(Path, Map)} leaves them, are mapped; the others are copied.
     *
     * @throws FormatException              if the content is wrong, see {@link Npy#read}
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public static Map<String, Tensor> read(Path file) {
        return read(file, name -> true);
    }

    /** As {@link #read(Path)}, but reads and checks only the arrays whose names are wanted. */
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
            forEachArray(source, zip, (name, member) -> entries.add(header(source, zip, member).entry(name)));
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

    static NpyHeader header(Source source, ZipReader zip, ZipReader.Member member) {
        try (InputStream in = zip.open(member)) {
            return NpyHeader.read(source, "'" + member.name() + "': ", in, member.size());
        } catch (IOException e) {
            throw zip.damaged(member, e);
        }
    }

    private static Tensor read(Source source, ZipReader zip, ZipReader.Member member) {
        NpyHeader header = header(source, zip, member);
        if (member.stored()) {
            return Npy.read(source, zip.dataOffset(member), header);
        }
        try (CheckedInputStream in = zip.open(member)) {
            in.skipNBytes(header.length());
            ReadableByteChannel channel = Channels.newChannel(in);
            Tensor data = Source.copy(header.dtype(), header.storedShape(), (buffer, done) -> inflate(channel, buffer));
            zip.requireEnd(member, in);
            return Npy.ordered(header, data);
        } catch (IOException | UncheckedIOException e) {
            throw zip.damaged(member, e);
        }
    }

    private static void inflate(ReadableByteChannel channel, ByteBuffer buffer) {
        try {
            while (buffer.hasRemaining()) {
                if (channel.read(buffer) < 0) {
                    throw new EOFException("the compressed data ends early");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes the tensors in their order, stored and aligned for mapping.
     *
     * @throws IllegalArgumentException     for an element type that NumPy lacks
     * @throws java.io.UncheckedIOException if the file cannot be written; an old one stays as it was
     */
    public static void write(Path file, Map<String, ? extends Tensor> tensors) {
        AtomicFiles.writeChannel(file, channel -> {
            ZipWriter zip = new ZipWriter(channel);
            for (Map.Entry<String, ? extends Tensor> entry : tensors.entrySet()) {
                Tensor tensor = entry.getValue();
                add(zip, file, entry.getKey(), tensor.dtype(), tensor.shape(), out -> TensorBytes.write(tensor, out));
            }
            zip.finish();
        });
    }

    /**
     * Writes one array that need not fit into memory, stored and aligned for mapping, with zip64 records from 4 GiB on.
     *
     * @param name   name of the array
     * @param pieces the bytes of the array in row-major order, little-endian; taken one after the other
     * @throws IllegalArgumentException     for an element type that NumPy lacks, and if the pieces have more or fewer
     *                                      bytes than shape and element type take
     * @throws java.io.UncheckedIOException if the file cannot be written; an old one stays as it was
     */
    public static void write(Path file, String name, DType dtype, long[] shape, Iterable<ByteBuffer> pieces) {
        long bytes = Shapes.bytes(dtype, shape);
        AtomicFiles.writeChannel(file, channel -> {
            ZipWriter zip = new ZipWriter(channel);
            add(zip, file, name, dtype, shape, out -> {
                long left = bytes;
                for (ByteBuffer piece : pieces) {
                    left -= piece.remaining();
                    if (left >= 0) {
                        out.write(piece.duplicate());
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

    private static void add(ZipWriter zip, Path file, String name, DType dtype, long[] shape,
            ZipWriter.Content elements) throws IOException {
        byte[] header = NpyHeader.write(file, dtype, shape);
        zip.add(name + EXTENSION, header.length + Shapes.bytes(dtype, shape), out -> {
            out.write(ByteBuffer.wrap(header));
            elements.write(out);
        });
    }
}
