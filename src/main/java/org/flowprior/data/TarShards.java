package org.flowprior.data;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;

/**
 * Images in tar files, shard by shard and in each shard's order, also in WebDataset's layout. The class of
 * {@code 0001.jpg} is the number or word in {@code 0001.cls}, else the value of {@code label}, {@code cls} or {@code
 * class} in {@code 0001.json}, else the first directory in the member's name. If all are whole numbers they are the
 * labels, from 0 to the largest; otherwise the label is the rank among the sorted names.
 *
 * <p>Opening reads only the members' headers; images are read on demand. A shard that is compressed with gzip is unpacked
 * into a temporary file for as long as it is open.
 */
public final class TarShards implements ImageSource {

    private static final int BLOCK = 512;
    private static final List<String> LABEL_KEYS = List.of("label", "cls", "class");

    private record Member(int shard, String name, long offset, long size, String className) {}

    private final List<Path> shards;
    private final List<FileChannel> channels = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();
    private final ImageClasses classes;
    private final Transparency transparency;

    private TarShards(List<Path> shards) throws IOException {
        this.shards = shards;
        this.transparency = Transparency.of(shards.size() == 1 ? shards.getFirst() : shards.getFirst().getParent());
        try {
            for (Path shard : shards) {
                open(shard);
            }
            if (members.isEmpty()) {
                throw new IllegalArgumentException(shards.getFirst()
                        + (shards.size() > 1 ? " and the others hold" : " holds")
                        + " no image (" + ImageNames.KNOWN + ")");
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
        this.classes = ImageClasses.byNumber(members.stream().map(Member::className).toList());
    }

    /**
     * Opens tar files.
     *
     * @throws IllegalArgumentException when they hold no image, or one is not a tar file
     */
    public static TarShards open(List<Path> shards) throws IOException {
        return new TarShards(List.copyOf(shards));
    }

    private void open(Path shard) throws IOException {
        if (ImageNames.extension(shard.getFileName().toString()).equals("tar")) {
            channels.add(FileChannel.open(shard));
            index(channels.size() - 1, shard);
            return;
        }
        Path unpacked = Files.createTempFile("flowprior-", ".tar");
        try {
            unpack(shard, unpacked);
            channels.add(FileChannel.open(unpacked));
            index(channels.size() - 1, unpacked);
        } finally {
            Files.delete(unpacked); // its content stays as long as the channel is open
        }
    }

    private static void unpack(Path shard, Path to) throws IOException {
        try (InputStream packed = Files.newInputStream(shard); InputStream in = new GZIPInputStream(packed);
                OutputStream out = Files.newOutputStream(to)) {
            in.transferTo(out);
        } catch (EOFException | ZipException e) {
            throw incomplete(shard, e);
        }
    }

    private static IllegalArgumentException incomplete(Path shard, Exception e) {
        return new IllegalArgumentException(shard + " is not a complete tar file: " + e.getMessage(), e);
    }

    private void index(int shard, Path file) throws IOException {
        Path path = shards.get(shard);
        Map<String, String> stated = new HashMap<>();
        List<Member> images = new ArrayList<>();
        try (TarFile tar = new TarFile(file)) {
            requireEnd(shard, tar.getEntries());
            for (TarArchiveEntry entry : tar.getEntries()) {
                String name = entry.getName().startsWith("./") ? entry.getName().substring(2) : entry.getName();
                if (!entry.isFile() || entry.isSparse()) {
                    continue;
                }
                switch (ImageNames.extension(name)) {
                    case "cls" -> stated.put(key(name), text(shard, entry).strip());
                    case "json" -> stated.computeIfAbsent(key(name), k -> label(json(shard, entry, name)));
                    default -> {
                        if (ImageNames.isImage(name)) {
                            images.add(new Member(shard, name, entry.getDataOffset(), entry.getSize(), null));
                        }
                    }
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw incomplete(path, e);
        }
        for (Member image : images) {
            String className = stated.getOrDefault(key(image.name), ImageNames.firstComponent(image.name));
            members.add(new Member(shard, image.name, image.offset, image.size, className));
        }
    }

    /** Requires the two blocks of zeros that end an archive: a file without them was cut, perhaps between two members. */
    private void requireEnd(int shard, List<TarArchiveEntry> entries) throws IOException {
        long end = entries.isEmpty() ? 0 : entries.getLast().getDataOffset() + entries.getLast().getSize();
        byte[] blocks = bytes(shard, Math.ceilDiv(end, BLOCK) * BLOCK, 2 * BLOCK);
        if (!Arrays.equals(blocks, new byte[2 * BLOCK])) {
            throw new IOException("no blocks of zeros end it");
        }
    }

    /** Returns WebDataset's key of a sample: the path up to the first dot of the file's name. */
    private static String key(String name) {
        int dot = name.indexOf('.', name.lastIndexOf('/') + 1);
        return dot < 0 ? name : name.substring(0, dot);
    }

    private String text(int shard, TarArchiveEntry entry) {
        try {
            return new String(bytes(shard, entry.getDataOffset(), entry.getSize()), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonElement json(int shard, TarArchiveEntry entry, String name) {
        try {
            return JsonParser.parseString(text(shard, entry));
        } catch (JsonParseException e) {
            throw new IllegalArgumentException("the member " + name + " is no JSON", e);
        }
    }

    /** Returns the class that a sample's JSON states, or null. */
    private static String label(JsonElement json) {
        Stream<JsonElement> labels = json instanceof JsonObject object ? LABEL_KEYS.stream().map(object::get)
                : Stream.of(json);
        return labels.filter(JsonPrimitive.class::isInstance).map(JsonElement::getAsString).findFirst().orElse(null);
    }

    private byte[] bytes(int shard, long offset, long size) throws IOException {
        if (size > Integer.MAX_VALUE - 8) {
            throw new IOException("a member of " + size + " bytes is too large");
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) size);
        while (buffer.hasRemaining()) {
            if (channels.get(shard).read(buffer, offset + buffer.position()) < 0) {
                throw new EOFException("the file is cut short");
            }
        }
        return buffer.array();
    }

    @Override
    public int size() {
        return members.size();
    }

    @Override
    public String name(int index) {
        Member member = members.get(index);
        return shards.get(member.shard).getFileName() + "/" + member.name;
    }

    @Override
    public int label(int index) {
        return classes.labels()[index];
    }

    @Override
    public List<String> classes() {
        return classes.names();
    }

    @Override
    public RgbImage image(int index) throws IOException {
        Member member = members.get(index);
        return ImageDecoder.decode(bytes(member.shard, member.offset, member.size), name(index), transparency);
    }

    @Override
    public void close() {
        for (FileChannel channel : channels) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
