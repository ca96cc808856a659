package org.flowprior.cli.sample;

import org.flowprior.generate.ImageSampler;
import org.flowprior.mar.Guidance;
import org.flowprior.mar.HeadSampling;
import org.flowprior.mar.MarSampler;
import picocli.CommandLine.Option;

/** The options of {@code sample} that say how the generator is sampled. */
final class SamplerOptions {

    @Option(names = "--iterations", paramLabel = "N",
            description = "iterations, at each of which the generator runs once: 1 to the number of tokens (default: "
                    + "as many as there are tokens, and at most " + ImageSampler.MOST_ITERATIONS + ")")
    private Integer iterations;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "100",
            description = "steps of the head for each token (default: ${DEFAULT-VALUE})")
    private int steps;

    @Option(names = "--solver", paramLabel = "NAME", defaultValue = "official",
            description = "how a flow head takes its steps: official (Euler between N times, so one evaluation fewer "
                    + "than --steps), euler, midpoint or heun; a diffusion head takes official (default: "
                    + "${DEFAULT-VALUE})")
    private HeadSampling.Solver solver;

    @Option(names = "--cfg", paramLabel = "S", defaultValue = "1",
            description = "scale of classifier-free guidance; 1 is none, which takes half the time (default: "
                    + "${DEFAULT-VALUE})")
    private double scale;

    @Option(names = "--cfg-schedule", paramLabel = "NAME", defaultValue = "linear",
            description = "linear (from 1 towards the scale with the share of known tokens) or constant (default: "
                    + "${DEFAULT-VALUE})")
    private Guidance.Schedule schedule;

    @Option(names = "--temperature", paramLabel = "X", defaultValue = "1",
            description = "factor of a flow head's first noise, and of a diffusion head's noise on the way (default: "
                    + "${DEFAULT-VALUE})")
    private double temperature;

    /** The options for a generator of this number of tokens. */
    MarSampler.Options options(long tokens) {
        int count = iterations != null ? iterations : (int) Math.min(ImageSampler.MOST_ITERATIONS, tokens);
        return new MarSampler.Options(count, new Guidance(scale, schedule),
                new HeadSampling(solver, steps, temperature));
    }
}
