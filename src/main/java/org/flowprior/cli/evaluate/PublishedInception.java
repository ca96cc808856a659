package org.flowprior.cli.evaluate;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tells the file of the published Inception, {@code weights-inception-2015-12-05-6726825d.pth}, from others. */
final class PublishedInception {

    /** The first digits of the file's SHA-256, which its name ends with. */
    private static final String HASH = "6726825d";

    private PublishedInception() {}

    /** Returns whether the file's content is the published one, whatever its name. */
    static boolean is(Path file) {
        return sha256(file).startsWith(HASH);
    }

    /** Returns the SHA-256 of the file in 64 hexadecimal digits. */
    static String sha256(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
