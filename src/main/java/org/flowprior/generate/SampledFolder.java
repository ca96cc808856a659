package org.flowprior.generate;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flowprior.config.Json;
import org.flowprior.config.RequestException;
import org.flowprior.data.ImageDecoder;
import org.flowprior.data.ImageGrid;
import org.flowprior.data.Pixels;
import org.flowprior.data.RgbImage;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.AtomicFiles;
import org.flowprior.torch.io.DirectoryLock;
import org.flowprior.torch.io.Npz;

/**
 * A directory of sampled images: {@code 00000.png} and so on, each complete or missing, and {@code sample.json}, which
 * states what the images depend on. {@link ImageSampling} opens and fills it.
 */
public final class SampledFolder {

    /** The most images of a class in a grid. */
    public static final int GRID_COLUMNS = ImageGrid.COLUMNS;
    /** The most classes in a grid. */
    public static final int GRID_CLASSES = 32;

    private static final String REQUEST = "sample.json";

    private final Path directory;
    private final ClassLabels labels;

    private SampledFolder(Path directory, ClassLabels labels) {
        this.directory = directory;
        this.labels = labels;
    }

    /**
     * Opens a new directory, or one that began with the same request.
     *
     * @throws RequestException when there is something else
     */
    static SampledFolder open(Path directory, ClassLabels labels, JsonObject request) throws IOException {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new RequestException("--out " + directory + " is a file; choose another name");
        }
        Path file = directory.resolve(REQUEST);
        if (Files.exists(file)) {
            requireSame(file, Json.read(file), request);
        } else {
            Files.createDirectories(directory);
            try (Stream<Path> content = Files.list(directory)) {
                if (content.anyMatch(p -> !p.getFileName().toString().matches("\\..*|.*\\.partial"))) {
                    throw new RequestException("--out " + directory + " holds other files; choose another name");
                }
            }
            AtomicFiles.write(file, Json.pretty(request) + "\n");
        }
        return new SampledFolder(directory, labels);
    }

    private static void requireSame(Path file, JsonObject begun, JsonObject requested) {
        for (Map.Entry<String, JsonElement> entry : requested.entrySet()) {
            JsonElement before = begun.get(entry.getKey());
            if (!Json.line(entry.getValue()).equals(before == null ? null : Json.line(before))) {
                throw new RequestException(file + " was begun with " + entry.getKey() + " "
                        + (before == null ? "unset" : Json.line(before)) + ", not " + Json.line(entry.getValue())
                        + "; ask for the same, or choose another --out");
            }
        }
    }

    /**
     * Locks the directory, and removes what a killed process left in it.
     *
     * @throws RequestException if another process holds it
     */
    DirectoryLock lock() throws IOException {
        return DirectoryLock.of(directory).orElseThrow(() -> new RequestException("--out " + directory
                + " is in use by another sample that has not ended; wait for it, or choose another name"));
    }

    /** Returns the directory. */
    public Path directory() {
        return directory;
    }

    /** Returns the classes of its images. */
    public ClassLabels labels() {
        return labels;
    }

    private Path file(int image) {
        return directory.resolve(String.format(Locale.ROOT, "%05d.png", image));
    }

    /** Returns whether the image with this number exists. */
    public boolean has(int image) {
        return Files.exists(file(image));
    }

    void write(int image, RgbImage pixels) {
        pixels.writePng(file(image));
    }

    /**
     * Reads an image.
     *
     * @throws IOException when it does not exist or cannot be read
     */
    public RgbImage read(int image) throws IOException {
        return ImageDecoder.decode(Files.readAllBytes(file(image)), file(image).toString());
    }

    /**
     * Reads images as pixel values.
     *
     * @return float32 [n, 3, H, W] in [-1, 1]
     * @throws IOException when one does not exist or cannot be read
     */
    public Tensor values(int... images) throws IOException {
        try (Scope scope = Scope.open()) {
            List<Tensor> all = new ArrayList<>();
            for (int image : images) {
                RgbImage pixels = read(image);
                all.add(Tensor.of(pixels.pixels(), pixels.height(), pixels.width(), 3));
            }
            return Pixels.values(Torch.stack(all).permute(0, 3, 1, 2)).contiguous().moveOutward();
        }
    }

    /**
     * Writes a PNG file with a row of up to {@link #GRID_COLUMNS} images for each of the first {@link #GRID_CLASSES}
     * classes; if there is one image of each class, the classes are side by side.
     *
     * @throws IOException when an image is missing, or a file cannot be read
     */
    public void writeGrid(Path file) throws IOException {
        int shown = Math.min(GRID_COLUMNS, labels.perClass());
        int classes = Math.min(GRID_CLASSES, labels.classes().size());
        int[] images = IntStream.range(0, classes * shown)
                .map(i -> i / shown * labels.perClass() + i % shown).toArray();
        try (Scope scope = Scope.open()) {
            ImageGrid.write(file, shown == 1 ? GRID_COLUMNS : shown, List.of(values(images)));
        }
    }

    /**
     * Writes all images as {@code arr_0} of an npz file, uint8 [N, H, W, 3], in shuffled order, because ADM's evaluator
     * scores parts of 5,000 images, and each part needs all classes.
     *
     * @param seed of the order
     * @throws IOException when an image is missing, or a file cannot be read or written
     */
    public void writeNpz(Path file, long seed) throws IOException {
        int[] order = IntStream.range(0, labels.count()).toArray();
        SplittableRandom random = new SplittableRandom(Seeds.derive(seed, "sample.npz"));
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        RgbImage first = read(0);
        long[] shape = {order.length, first.height(), first.width(), 3};
        Iterable<ByteBuffer> pixels = () -> IntStream.of(order).mapToObj(this::bytes).iterator();
        Npz.write(file, "arr_0", DType.UINT8, shape, pixels);
    }

    private ByteBuffer bytes(int image) {
        try {
            return ByteBuffer.wrap(read(image).pixels());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
