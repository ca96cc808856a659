package org.flowprior.generate;

import java.nio.file.Path;
import org.flowprior.torch.io.StateFile;

/** Says whether a generator learnt the latents of an autoencoder, by the checksum that {@code train-mar} writes. */
public enum LatentOrigin {

    /** The generator learnt this autoencoder's latents. */
    SAME,
    /** The generator learnt another autoencoder's latents. */
    OTHER,
    /** The generator's file does not say. */
    UNKNOWN;

    private static final String CHECKSUM = "provenance.autoencoderCrc32c";

    /**
     * Compares the generator's file with an autoencoder's.
     *
     * @param autoencoderChecksum CRC-32C of the bytes of the autoencoder's file, in eight hexadecimal digits
     * @throws IllegalArgumentException naming the file, if it is not a file of weights
     */
    public static LatentOrigin of(Path generator, String autoencoderChecksum) {
        String learnt = StateFile.metadata(generator).get(CHECKSUM);
        return learnt == null ? UNKNOWN : learnt.equals(autoencoderChecksum) ? SAME : OTHER;
    }
}
