package org.flowprior.cli.sample;

import java.nio.file.Path;
import org.flowprior.config.RequestException;
import org.flowprior.mar.MarFile;

/** What the latents were multiplied by for a generator. */
final class SampleScaling {

    private SampleScaling() {}

    /**
     * The factor.
     *
     * @param given the option's; null for what the generator's file says
     */
    static double of(Path generator, Double given) {
        if (given != null) {
            if (!(given > 0 && Double.isFinite(given))) {
                throw new RequestException("--scaling must be positive, not " + given);
            }
            return given;
        }
        return MarFile.scaling(generator).orElseThrow(() -> new RequestException(generator
                + " does not say what its latents were multiplied by; --scaling X does, as encode and train-mar print "
                + "it"));
    }
}
