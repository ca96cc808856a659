package org.flowprior.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Checks WebP files, because the reader fills missing parts of some. */
final class WebpFile {

    private static final int HEADER = 12;

    private WebpFile() {}

    static boolean isWebp(byte[] file) {
        return file.length >= HEADER && text(file, 0).equals("RIFF") && text(file, 8).equals("WEBP");
    }

    private static String text(byte[] file, int from) {
        return new String(file, from, 4, StandardCharsets.US_ASCII);
    }

    /** Throws {@link IOException} if the file ends before the length that its header states. */
    static void check(byte[] file) throws IOException {
        long stated = Integer.toUnsignedLong(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(4));
        if (file.length < 8 + stated) {
            throw new IOException("the file is cut short");
        }
    }
}
