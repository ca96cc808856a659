package org.flowprior.cli.common;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.CRC32C;

/** What tells files apart: names change, and content under one name does. */
public final class FileChecksum {

    private FileChecksum() {}

    /** CRC-32C of the file's bytes, in eight hexadecimal digits. */
    public static String of(Path file) throws IOException {
        CRC32C checksum = new CRC32C();
        byte[] block = new byte[1 << 20];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                checksum.update(block, 0, n);
            }
        }
        return String.format(Locale.ROOT, "%08x", checksum.getValue());
    }
}
