package org.flowprior.torch.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/** A checksum that tells files apart when names change, or the content under one name does. */
public final class FileChecksum {

    private FileChecksum() {}

    /** Returns the CRC-32C of the file's bytes in eight hexadecimal digits. */
    public static String of(Path file) throws IOException {
        CRC32C checksum = new CRC32C();
        try (InputStream in = new CheckedInputStream(Files.newInputStream(file), checksum)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return String.format(Locale.ROOT, "%08x", checksum.getValue());
    }
}
