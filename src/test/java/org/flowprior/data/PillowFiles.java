package org.flowprior.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.Scope;
import org.flowprior.torch.io.Npz;

/** What {@code tools/oracle/images.py} wrote. */
final class PillowFiles {

    private PillowFiles() {}

    /** The images of an npz file, uint8 [height, width, 3]. */
    static Map<String, RgbImage> images(String name) {
        try (Scope scope = Scope.open()) {
            Map<String, RgbImage> images = new LinkedHashMap<>();
            Npz.read(Resources.path("data/" + name)).forEach((key, tensor) -> images.put(key,
                    new RgbImage((int) tensor.size(1), (int) tensor.size(0), tensor.contiguous().toByteArray())));
            return images;
        }
    }

    /** Image files of many kinds by name. */
    static Map<String, byte[]> files() throws IOException {
        return files("decode.zip");
    }

    static Map<String, byte[]> files(String name) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(Resources.bytes("data/" + name)))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), zip.readAllBytes());
            }
        }
        return files;
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
