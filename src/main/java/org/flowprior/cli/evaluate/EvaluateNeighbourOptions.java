package org.flowprior.cli.evaluate;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Function;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.cli.common.PositiveOption;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of {@code evaluate} for the distance of latents to a prior's targets. */
final class EvaluateNeighbourOptions {

    private static final int DEFAULT_POINTS = 10_000;

    @Option(names = "--latents", paramLabel = "PATH",
            description = "latents whose mean log distance to the k-th nearest target is measured, the paper's "
                    + "alignment: a cache of encode, or rows in a .safetensors, .npy or .npz file")
    private Path latents;

    @Option(names = "--prior", paramLabel = "FILE", description = "the prior in whose space that is; with --latents")
    private Path prior;

    @Option(names = "--bank", paramLabel = "DIR",
            description = "the feature bank that the prior was trained on; with --latents")
    private Path bank;

    @Option(names = "--points", paramLabel = "N",
            description = "latent tokens drawn from --latents (default: " + DEFAULT_POINTS + ", or all where there are "
                    + "fewer)")
    private Integer points;

    /** Refuses what does not go together. */
    void check(Function<String, ParameterException> wrong) {
        if (given() && (prior == null || bank == null)) {
            throw wrong.apply("--latents needs --prior and --bank");
        }
        String other = prior != null ? "--prior" : bank != null ? "--bank" : points != null ? "--points" : null;
        if (!given() && other != null) {
            throw wrong.apply(other + " goes with --latents");
        }
        PositiveOption.require("--points", points, wrong);
    }

    /** Refuses what is not there. */
    void requireThere() throws NoSuchFileException {
        FileArguments.requireThere(latents, prior, bank);
    }

    /** Whether distances are asked for. */
    boolean given() {
        return latents != null;
    }

    Path latents() {
        return latents;
    }

    Path prior() {
        return prior;
    }

    Path bank() {
        return bank;
    }

    int points() {
        return points == null ? DEFAULT_POINTS : points;
    }
}
