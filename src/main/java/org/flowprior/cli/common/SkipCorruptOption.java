package org.flowprior.cli.common;

import org.flowprior.config.RequestException;
import org.flowprior.data.CorruptImageException;
import picocli.CommandLine.Option;

/** The option {@code --skip-corrupt} of commands that read images. */
public final class SkipCorruptOption {

    @Option(names = "--skip-corrupt",
            description = "leaves corrupt images out and names them (default: the first ends the run)")
    private boolean skipCorrupt;

    /** Returns true if corrupt images are left out. */
    public boolean isGiven() {
        return skipCorrupt;
    }

    /** Makes the message for a corrupt image that ends the run. */
    public static RequestException refusal(CorruptImageException e) {
        return new RequestException(e.getMessage() + "; --skip-corrupt leaves such images out", e);
    }
}
