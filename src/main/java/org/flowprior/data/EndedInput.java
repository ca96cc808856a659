package org.flowprior.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * The bytes of a file for an image reader. Some readers go on at the end of a file that is cut or damaged, as if there
 * were zeros, almost without end; after many such reads this input throws.
 */
final class EndedInput extends MemoryCacheImageInputStream {

    /** More than readers ask for at the end of a sound file. */
    private static final int MOST_READS = 4096;

    private int reads;

    EndedInput(byte[] file) {
        super(new ByteArrayInputStream(file));
    }

    @Override
    public int read() throws IOException {
        return checked(super.read());
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        return checked(super.read(to, offset, length));
    }

    private int checked(int result) throws IOException {
        if (result < 0 && ++reads > MOST_READS) {
            throw new IOException("the file is cut short or damaged");
        }
        return result;
    }
}
