package org.flowprior.torch.io;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** The formats served, told apart by content. */
enum FileFormat {
    SAFETENSORS, PT, NPY, NPZ;

    static FileFormat of(Path file) {
        try (Source source = Source.copied(file)) {
            byte[] start = source.bytes(0, (int) Math.min(512, source.size()));
            if (ZipReader.isZip(start)) {
                return new ZipReader(source).names().stream().anyMatch(n -> n.endsWith("/data.pkl")) ? PT : NPZ;
            }
            if (startsWith(start, NpyHeader.MAGIC)) {
                return NPY;
            }
            if (startsWith(start, PtLegacy.MAGIC)) {
                return PT;
            }
            if (start.length > 8 && start[8] == '{') {
                return SAFETENSORS;
            }
            if (start.length > 262 && new String(start, 257, 5, StandardCharsets.US_ASCII).equals("ustar")) {
                throw source.refuse("a tar archive; a .pt of PyTorch 0.1 in it must be saved anew with torch.save");
            }
            throw source.refuse("neither safetensors nor .pt, .pth, .npy or .npz");
        }
    }

    private static boolean startsWith(byte[] data, byte[] prefix) {
        return data.length >= prefix.length && Arrays.equals(data, 0, prefix.length, prefix, 0, prefix.length);
    }
}
