package org.flowprior.torch.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
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
     * {@link #write(Path, Map)} leaves them, are mapped; the others are copied. Arrays that cannot be tensors (text,
     * objects, dates, structured arrays) are left out: {@link TensorFiles#list} shows them, {@link #readStrings} reads
     * text.
     *
     * @throws FormatException              if the content is wrong, see {@link Npy#read}
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public static Map<String, Tensor> read(Path file) {
        return read(file, name -> true, false);
    }

    /**
     * As {@link #read(Path)}, but reads and checks only the arrays whose names are wanted. Each of these must be a
     * tensor.
     */
    public static Map<String, Tensor> read(Path file, Predicate<String> wanted) {
        return read(file, wanted, true);
    }

    private static Map<String, Tensor> read(Path file, Predicate<String> wanted, boolean strict) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (Source source = Source.mapped(file); Scope scope = Scope.open()) {
            ZipReader zip = new ZipReader(source);
            forEachArray(source, zip, (name, member) -> {
                if (wanted.test(name) && (strict || isRead(source, zip, member))) {
                    tensors.put(name, read(source, zip, member));
                }
            });
            tensors.values().forEach(Tensor::moveOutward);
        }
        return tensors;
    }

    /**
     * Returns false for arrays of other types than numbers; big-endian numbers are refused in reading. What is left out
     * is checked, because damage may have changed its type.
     */
    private static boolean isRead(Source source, ZipReader zip, ZipReader.Member member) {
        NpyHeader header = anyHeader(source, zip, member);
        if (header.dtype() != null || header.type().startsWith(">") && header.textLength() == 0) {
            return true;
        }
        try (CheckedInputStream in = zip.open(member)) {
            in.skipNBytes(member.size());
            zip.requireEnd(member, in);
            return false;
        } catch (IOException e) {
            throw zip.damaged(member, e);
        }
    }

    /**
     * Reads an array of text (NumPy's {@code U}), such as labels, which has at most one dimension.
     *
     * @throws FormatException              if there is no such array, it is of another type or shape, or it is damaged
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public static List<String> readStrings(Path file, String name) {
        try (Source source = Source.copied(file)) {
            ZipReader zip = new ZipReader(source);
            ZipReader.Member member = member(source, zip, name);
            NpyHeader header = anyHeader(source, zip, member);
            if (header.textLength() == 0 || header.shape().length > 1) {
                throw source
                        .refuse("'" + name + "' is " + header.entry(name).toString().substring(name.length()).strip()
                                + "; strings are an array of text (U) of one dimension");
            }
            try (CheckedInputStream in = zip.open(member)) {
                in.skipNBytes(header.length());
                List<String> strings = new ArrayList<>();
                for (long left = Shapes.elements(header.shape()); left > 0; left--) {
                    strings.add(string(in, header));
                }
                zip.requireEnd(member, in);
                return strings;
            } catch (IOException | IllegalArgumentException e) {
                throw e instanceof FormatException refused ? refused : zip.damaged(member, e);
            }
        }
    }

    /** Reads one string, in UTF-32 and filled up with zeros. */
    private static String string(InputStream in, NpyHeader header) throws IOException {
        byte[] bytes = in.readNBytes(4 * header.textLength());
        if (bytes.length < 4 * header.textLength()) {
            throw new EOFException("the array ends early");
        }
        IntBuffer characters = ByteBuffer.wrap(bytes)
                .order(header.type().startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN).asIntBuffer();
        int length = characters.limit();
        while (length > 0 && characters.get(length - 1) == 0) {
            length--;
        }
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(characters.get(i));
        }
        return text.toString();
    }

    static List<TensorFiles.Entry> list(Path file) {
        List<TensorFiles.Entry> entries = new ArrayList<>();
        try (Source source = Source.copied(file)) {
            ZipReader zip = new ZipReader(source);
            forEachArray(source, zip, (name, member) -> entries.add(anyHeader(source, zip, member).entry(name)));
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
        return anyHeader(source, zip, member).requireTensor(source, prefix(member));
    }

    /** Finds the array of that name, or refuses the file. */
    static ZipReader.Member member(Source source, ZipReader zip, String name) {
        ZipReader.Member member = zip.member(name + EXTENSION);
        if (member == null) {
            throw source.refuse("holds no array '" + name + "' but " + (zip.names().isEmpty() ? "nothing"
                    : String.join(", ", zip.names())));
        }
        return member;
    }

    private static String prefix(ZipReader.Member member) {
        return "'" + member.name() + "': ";
    }

    private static NpyHeader anyHeader(Source source, ZipReader zip, ZipReader.Member member) {
        try (InputStream in = zip.open(member)) {
            return NpyHeader.readAny(source, prefix(member), in, member.size());
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
