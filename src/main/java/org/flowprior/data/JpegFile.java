package org.flowprior.data;

import java.awt.image.Raster;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntPredicate;

/** Prepares JPEG files for the JDK's decoder, and converts those of four colours. */
final class JpegFile {

    private static final int APP2 = 0xe2;
    private static final int APP14 = 0xee;
    private static final int START_OF_SCAN = 0xda;
    private static final byte[] ADOBE = "Adobe".getBytes(StandardCharsets.US_ASCII);
    /** Offset of the kind of colour transform in Adobe's segment, after the marker and the length. */
    private static final int TRANSFORM = 11;
    private static final int YCCK = 2;
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

    /** Returns whether a file is a JPEG of CMYK or YCCK. */
    static boolean hasFourColours(byte[] file) {
        int frame = isJpeg(file) ? content(file, marker -> marker >= 0xc0 && marker <= 0xcf && marker != 0xc4
                && marker != 0xc8 && marker != 0xcc) : -1;
        return frame >= 0 && frame + 5 < file.length && file[frame + 5] == 4;
    }

    /**
     * Converts the samples of a file of four colours to RGB as Pillow does, which takes all such files for Adobe's: the
     * samples are 255 less the ink. Then RGB is round((255 - c)(255 - k) / 255) for ink c and black k.
     */
    static RgbImage rgb(Raster samples, byte[] file) {
        int adobe = content(file, marker -> marker == APP14);
        boolean transformed = adobe >= 0 && adobe + TRANSFORM < file.length
                && Arrays.equals(file, adobe, adobe + ADOBE.length, ADOBE, 0, ADOBE.length)
                && file[adobe + TRANSFORM] == YCCK;
        int width = samples.getWidth();
        byte[] pixels = new byte[Math.multiplyExact(3 * width, samples.getHeight())];
        int[] row = new int[4 * width];
        int to = 0;
        for (int y = 0; y < samples.getHeight(); y++) {
            samples.getPixels(0, y, width, 1, row);
            for (int x = 0; x < row.length; x += 4) {
                if (transformed) {
                    complementsOfRgb(row, x);
                }
                for (int colour = 0; colour < 3; colour++) {
                    pixels[to++] = (byte) ((row[x + colour] * row[x + 3] + 127) / 255);
                }
            }
        }
        return new RgbImage(width, samples.getHeight(), pixels);
    }

    /** Replaces luma and chroma by 255 less red, green and blue, in libjpeg's integer arithmetic. */
    private static void complementsOfRgb(int[] row, int at) {
        int luma = row[at];
        int blue = row[at + 1] - 128;
        int red = row[at + 2] - 128;
        row[at] = 255 - Math.clamp(luma + (91_881 * red + 32_768 >> 16), 0, 255);
        row[at + 1] = 255 - Math.clamp(luma + (-22_554 * blue - 46_802 * red + 32_768 >> 16), 0, 255);
        row[at + 2] = 255 - Math.clamp(luma + (116_130 * blue + 32_768 >> 16), 0, 255);
    }

    /** Returns where the content of the first segment with such a marker begins, before the scan; -1 without one. */
    private static int content(byte[] file, IntPredicate wanted) {
        int at = 2;
        while (at + 4 <= file.length && (file[at] & 0xff) == 0xff) {
            int marker = file[at + 1] & 0xff;
            if (marker == START_OF_SCAN) {
                return -1;
            }
            if (wanted.test(marker)) {
                return at + 4;
            }
            at = marker == 0xff ? at + 1 : at + 2 + ((file[at + 2] & 0xff) << 8 | file[at + 3] & 0xff);
        }
        return -1;
    }
}
