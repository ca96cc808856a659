package org.flowprior.cli.sample;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.flowprior.config.Json;
import org.flowprior.config.RequestException;
import org.flowprior.data.ImageDecoder;
import org.flowprior.data.RgbImage;
import org.flowprior.torch.io.AtomicFiles;

/**
 * The directory of sampled images: {@code 00000.png} and so on, each there whole or not at all, and
 * {@code sample.json}, which says what was asked for.
 */
final class SampleFolder {

    private static final String REQUEST = "sample.json";

    private final Path directory;

    private SampleFolder(Path directory) {
        this.directory = directory;
    }

    /**
     * A new directory, or one that the same request has begun.
     *
     * @throws RequestException when there is another's content
     */
    static SampleFolder open(Path directory, JsonObject request) throws IOException {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new RequestException("--out " + directory + " is a file; choose another name");
        }
        Path file = directory.resolve(REQUEST);
        if (Files.exists(file)) {
            requireSame(file, Json.read(file), request);
        } else {
            Files.createDirectories(directory);
            try (Stream<Path> content = Files.list(directory)) {
                if (content.anyMatch(p -> !p.getFileName().toString().endsWith(".partial"))) {
                    throw new RequestException("--out " + directory + " holds other files; choose another name");
                }
            }
            AtomicFiles.write(file, Json.pretty(request) + "\n");
        }
        return new SampleFolder(directory);
    }

    private static void requireSame(Path file, JsonObject begun, JsonObject asked) {
        for (Map.Entry<String, JsonElement> entry : asked.entrySet()) {
            JsonElement before = begun.get(entry.getKey());
            if (!Json.line(entry.getValue()).equals(before == null ? null : Json.line(before))) {
                throw new RequestException(file + " was begun with " + entry.getKey() + " "
                        + (before == null ? "unset" : Json.line(before)) + ", not " + Json.line(entry.getValue())
                        + "; ask for the same, or choose another --out");
            }
        }
    }

    private Path file(int image) {
        return directory.resolve(String.format(Locale.ROOT, "%05d.png", image));
    }

    boolean has(int image) {
        return Files.exists(file(image));
    }

    /** Puts the image there. */
    void write(int image, RgbImage pixels) throws IOException {
        BufferedImage picture = new BufferedImage(pixels.width(), pixels.height(), BufferedImage.TYPE_3BYTE_BGR);
        byte[] levels = pixels.pixels();
        int[] row = new int[pixels.width()];
        for (int y = 0; y < pixels.height(); y++) {
            for (int x = 0; x < row.length; x++) {
                int at = 3 * (y * row.length + x);
                row[x] = (levels[at] & 0xff) << 16 | (levels[at + 1] & 0xff) << 8 | levels[at + 2] & 0xff;
            }
            picture.setRGB(0, y, row.length, 1, row, 0, row.length);
        }
        AtomicFiles.write(file(image), out -> {
            if (!ImageIO.write(picture, "png", out)) {
                throw new IOException(file(image) + ": this JDK writes no PNG");
            }
        });
    }

    /** The image that is there. */
    RgbImage read(int image) throws IOException {
        return ImageDecoder.decode(Files.readAllBytes(file(image)), file(image).toString());
    }
}
