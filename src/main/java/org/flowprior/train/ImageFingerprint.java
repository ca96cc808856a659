package org.flowprior.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.flowprior.data.ImageSource;
import org.flowprior.data.ProceduralImages;
import org.flowprior.data.TarShards;

/**
 * Makes the fingerprint of an image set. For tar and npz files, it is that of the files. Of images that are files, the
 * number, all names, all sizes and the content count; of large sets, the content of each n-th image, up to 20,000 images
 * and about 256 MiB. There, a change of an image between those that does not change its size is not noticed.
 */
public final class ImageFingerprint {

    private static final long MOST_IMAGES = 20_000;
    private static final long MOST_BYTES = 1L << 28;

    private ImageFingerprint() {}

    /**
     * Returns the fingerprint.
     *
     * @param path what {@link ImageSource#open} made the set of
     */
    public static Fingerprint of(Path path, ImageSource images) throws IOException {
        if (images instanceof ProceduralImages) {
            return new Fingerprint(path.toString(), Map.of("drawn images", images.toString()));
        }
        boolean directory = Files.isDirectory(path);
        if (!directory && !path.toString().toLowerCase(Locale.ROOT).endsWith(".txt")) {
            return Fingerprint.ofFile(path);
        }
        return images instanceof TarShards ? Fingerprint.ofFiles(path, shards(path))
                : new Fingerprint(path.toString(), parts(directory ? path : path.toAbsolutePath().getParent(), images));
    }

    private static List<Path> shards(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().toLowerCase(Locale.ROOT).matches(".*\\.(tar|tgz|tar\\.\\w+)"))
                    .sorted().toList();
        }
    }

    private static Map<String, String> parts(Path directory, ImageSource images) throws IOException {
        int count = images.size();
        CRC32C names = new CRC32C();
        IntStream.range(0, count).forEach(i -> names.update((images.name(i) + "\n").getBytes(StandardCharsets.UTF_8)));
        try {
            long[] sizes = inParallel(count, i -> size(directory.resolve(images.name(i))));
            long total = LongStream.of(sizes).sum();
            int stride = (int) Math.max(1, Math.max(Math.ceilDiv(count, MOST_IMAGES), Math.ceilDiv(total, MOST_BYTES)));
            long[] contents = inParallel(Math.ceilDiv(count, stride),
                    i -> checksum(directory.resolve(images.name(i * stride))));
            Map<String, String> parts = new LinkedHashMap<>();
            parts.put("number of images", Integer.toString(count));
            parts.put("names of the images", "checksum " + Fingerprint.text(names.getValue()));
            parts.put("sizes of the images", total + " bytes, checksum " + checksum(sizes));
            parts.put("content of the images", "checksum " + checksum(contents)
                    + (stride == 1 ? "" : " of one in " + stride));
            return parts;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static long[] inParallel(int count, IntToLongFunction value) {
        return IntStream.range(0, count).parallel().mapToLong(value).toArray();
    }

    /** Returns 0 for a file that a list names and that is not there: training says so if it needs it. */
    private static long size(Path image) {
        try {
            return Files.size(image);
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long checksum(Path image) {
        try {
            CRC32C checksum = new CRC32C();
            checksum.update(Files.readAllBytes(image));
            return checksum.getValue();
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String checksum(long... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(Long.BYTES, numbers.length));
        LongStream.of(numbers).forEach(bytes::putLong);
        CRC32C checksum = new CRC32C();
        checksum.update(bytes.flip());
        return Fingerprint.text(checksum.getValue());
    }
}
