package org.flowprior.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.flowprior.torch.io.AtomicFiles;

/** Writes PNG files, and checks them, because the JDK's reader fills missing parts with black. */
final class PngFile {

    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    private PngFile() {}

    static boolean isPng(byte[] file) {
        return file.length >= SIGNATURE.length && Arrays.equals(file, 0, SIGNATURE.length, SIGNATURE, 0,
                SIGNATURE.length);
    }

    /** Writes a picture and atomically replaces an existing file. ImageIO would hide why a disk takes no more. */
    static void write(Path file, BufferedImage picture) {
        AtomicFiles.write(file, out -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ImageOutputStream encoded = new MemoryCacheImageOutputStream(bytes)) {
                if (!ImageIO.write(picture, "png", encoded)) {
                    throw new IOException("this JDK cannot write PNG");
                }
            }
            bytes.writeTo(out);
        });
    }

    /** Throws {@link IOException} if the file ends before its last chunk, or an image chunk's checksum is wrong. */
    static void check(byte[] file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(file);
        CRC32 checksum = new CRC32();
        int at = SIGNATURE.length;
        while (true) {
            if (at > file.length - 12 || in.getInt(at) < 0 || in.getInt(at) > file.length - 12 - at) {
                throw new IOException("the file is cut short");
            }
            int length = in.getInt(at);
            String type = new String(file, at + 4, 4, StandardCharsets.ISO_8859_1);
            if (Character.isUpperCase(type.charAt(0))) {
                checksum.reset();
                checksum.update(file, at + 4, length + 4);
                if ((int) checksum.getValue() != in.getInt(at + 8 + length)) {
                    throw new IOException("the checksum of chunk " + type.replaceAll("[^A-Za-z]", "?") + " is wrong");
                }
            }
            if (type.equals("IEND")) {
                return;
            }
            at += 12 + length;
        }
    }
}
