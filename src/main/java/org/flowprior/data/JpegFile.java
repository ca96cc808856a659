package org.flowprior.data;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Prepares JPEG files for the JDK's decoder. */
final class JpegFile {

    private static final int APP2 = 0xe2;
    private static final int START_OF_SCAN = 0xda;
    private static final byte[] PROFILE = "ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII);

    private JpegFile() {}

    static boolean isJpeg(byte[] file) {
        return file.length > 3 && (file[0] & 0xff) == 0xff && (file[1] & 0xff) == 0xd8 && (file[2] & 0xff) == 0xff;
    }

    /**
     * Removes the colour profile, which Pillow's {@code convert('RGB')} ignores too, and which may be damaged or for
     * another colour space than the image's.
     */
    static byte[] withoutProfile(byte[] file) {
        byte[] kept = null;
        int length = 0;
        int done = 0;
        int at = 2;
        while (at + 4 <= file.length && (file[at] & 0xff) == 0xff) {
            int marker = file[at + 1] & 0xff;
            if (marker == 0xff) { // a fill byte
                at++;
                continue;
            }
            int end = at + 2 + ((file[at + 2] & 0xff) << 8 | file[at + 3] & 0xff);
            if (marker == START_OF_SCAN || end > file.length) {
                break;
            }
            int content = at + 4;
            if (marker == APP2 && end - content >= PROFILE.length
                    && Arrays.equals(file, content, content + PROFILE.length, PROFILE, 0, PROFILE.length)) {
                kept = kept == null ? new byte[file.length] : kept;
                System.arraycopy(file, done, kept, length, at - done);
                length += at - done;
                done = end;
            }
            at = end;
        }
        if (kept == null) {
            return file;
        }
        System.arraycopy(file, done, kept, length, file.length - done);
        return Arrays.copyOf(kept, length + file.length - done);
    }
}
