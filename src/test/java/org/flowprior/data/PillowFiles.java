package org.flowprior.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.flowprior.torch.Scope;
import org.flowprior.torch.io.Npz;

/** What {@code tools/oracle/images.py} wrote. */
final class PillowFiles {

    private PillowFiles() {}

    /** The images of an npz file, uint8 [height, width, 3]. */
    static Map<String, RgbImage> images(String name) throws IOException {
        Path copy = Files.createTempFile("images", ".npz");
        try (InputStream in = resource(name); Scope scope = Scope.open()) {
            Files.write(copy, in.readAllBytes());
            Map<String, RgbImage> images = new LinkedHashMap<>();
            Npz.read(copy).forEach((key, tensor) -> images.put(key,
                    new RgbImage((int) tensor.size(1), (int) tensor.size(0), tensor.contiguous().toByteArray())));
            return images;
        } finally {
            Files.delete(copy);
        }
    }

    /** Image files of many kinds by name. */
    static Map<String, byte[]> files() throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(resource("decode.zip"))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), zip.readAllBytes());
            }
        }
        return files;
    }

    private static InputStream resource(String name) {
        return PillowFiles.class.getResourceAsStream("/org/flowprior/data/" + name);
    }

    /** The largest difference of two images' values, in levels. */
    static int difference(RgbImage a, RgbImage b) {
        if (a.width() != b.width() || a.height() != b.height()) {
            throw new AssertionError(a.width() + " x " + a.height() + " is not " + b.width() + " x " + b.height());
        }
        int largest = 0;
        for (int i = 0; i < a.pixels().length; i++) {
            largest = Math.max(largest, Math.abs((a.pixels()[i] & 0xff) - (b.pixels()[i] & 0xff)));
        }
        return largest;
    }
}
