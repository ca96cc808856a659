package org.flowprior.cli.sample;

import org.flowprior.generate.ImageSampler;
import org.flowprior.mar.Guidance;
import org.flowprior.mar.HeadSampling;
import org.flowprior.mar.MarSampler;
import picocli.CommandLine.Option;

/** The options of {@code sample} for the generator's sampler. */
final class SamplerOptions {

    @Option(names = "--iterations", paramLabel = "N",
            description = "iterations, each a run of the generator: 1 to the number of tokens (default: the number of "
                    + "tokens, at most " + ImageSampler.MOST_ITERATIONS + ")")
    private Integer iterations;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "100",
            description = "steps of the head for each token (default: ${DEFAULT-VALUE})")
    private int steps;

    @Option(names = "--solver", paramLabel = "NAME", defaultValue = "official",
            description = "solver of a flow head: official (Euler between N times, so one evaluation fewer than "
                    + "--steps), euler, midpoint or heun; of a diffusion head only official (default: "
                    + "${DEFAULT-VALUE})")
    private HeadSampling.Solver solver;

    @Option(names = "--cfg", paramLabel = "S", defaultValue = "1",
            description = "scale of classifier-free guidance; 1 is no guidance, in half the time (default: "
                    + "${DEFAULT-VALUE})")
    private double scale;

    @Option(names = "--cfg-schedule", paramLabel = "NAME", defaultValue = "linear",
            description = "linear (from 1 towards the scale with the share of known tokens) or constant (default: "
                    + "${DEFAULT-VALUE})")
    private Guidance.Schedule schedule;

    @Option(names = "--temperature", paramLabel = "X", defaultValue = "1",
            description = "factor of a flow head's first noise, and of the noise of a diffusion head's steps (default: "
                    + "${DEFAULT-VALUE})")
    private double temperature;

    /** Returns the sampler's options for a generator of this number of tokens. */
    MarSampler.Options options(long tokens) {
        int count = iterations != null ? iterations : (int) Math.min(ImageSampler.MOST_ITERATIONS, tokens);
        return new MarSampler.Options(count, new Guidance(scale, schedule),
                new HeadSampling(solver, steps, temperature));
    }
}
