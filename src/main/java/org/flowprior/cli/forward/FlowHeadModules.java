package org.flowprior.cli.forward;

import java.util.Map;
import org.flowprior.config.RequestException;
import org.flowprior.mar.FlowHead;
import org.flowprior.mar.HeadSampler;
import org.flowprior.mar.HeadSampling;
import org.flowprior.mar.Mar;
import org.flowprior.mar.MarFile;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** The modules of a generator's head: velocities with losses, and sampling. */
final class FlowHeadModules {

    private FlowHeadModules() {}

    @Command(name = "flow-head",
            description = "A generator's flow head: velocities, or losses and velocities for given tokens and noise. "
                    + "--weights is the generator's file. Times are those of the official weights: t = 0 is the "
                    + "token, t = 1 noise, and the velocity is noise - token.",
            footer = """
                    Inputs:
                      z [R, D]       conditions
                      t [R]          times in [0, 1]
                      x [R, C]       points; or
                      target [R, C]  tokens, with
                      noise [R, C]   standard normal: then x = (1 - t) target + t noise
                    Outputs:
                      v [R, C]       velocities at x
                      losses [R]     with target: mean over channels of
                                     (v - (noise - target))^2
                    Config:
                      dtype          float32 (default) or float64

                    Example:
                      flowprior forward flow-head --weights mar.safetensors \\
                          --input points.safetensors --output velocities.safetensors""")
    record Velocities(Numbers dtype) implements ForwardModule {

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            try (Mar mar = in.place(MarFile.read(in.weights())); NoGrad noGrad = new NoGrad()) {
                if (!(mar.head() instanceof FlowHead head)) {
                    throw new RequestException(in.weights()
                            + ": the generator has a diffusion head; flow-head takes one with a flow head");
                }
                mar.eval();
                Tensor z = in.get("z", -1, mar.config().width());
                long rows = in.count("z", z);
                long channels = mar.config().channels();
                Tensor t = in.get("t", rows);
                if (!in.has("target")) {
                    Tensor x = in.get("x", rows, channels);
                    return Map.of("v", in.compute(() -> head.velocity(x, t, z)));
                }
                Tensor target = in.get("target", rows, channels);
                Tensor noise = in.get("noise", rows, channels);
                Tensor x = target.addcmul(noise.sub(target), t.unsqueeze(1));
                return Map.of("v", in.compute(() -> head.velocity(x, t, z)),
                        "losses", in.compute(() -> head.losses(target, z, t, noise)));
            }
        }
    }

    @Command(name = "flow-head-sample",
            description = "Tokens from a generator's head, for given conditions and noise. --weights is the "
                    + "generator's file; a diffusion head is sampled too.",
            footer = """
                    Inputs:
                      z [N, D]             conditions
                      unconditional [N, D] those for no class; with guidance
                      noise [N, C]         standard normal; [S, N, C] for a diffusion head:
                                           the start, then that of each step but the last
                    Output:
                      tokens [N, C]
                    Config:
                      dtype                float32 (default) or float64
                      solver               official (default): of a flow head Euler's
                                           method between that many times, so one
                                           evaluation fewer than steps, of a diffusion head
                                           ancestral sampling; of a flow head also euler,
                                           midpoint and heun
                      steps                (default 100)
                      temperature          factor of a flow head's noise, and of the noise
                                           of a diffusion head's steps (default 1)
                      guidance             the factor s in u + s (c - u) (default 1: none)

                    Example:
                      flowprior forward flow-head-sample --weights mar.safetensors \\
                          --input conditions.safetensors --output tokens.safetensors""")
    record Sampling(Numbers dtype, HeadSampling.Solver solver, int steps, double temperature, double guidance)
            implements ForwardModule {

        Sampling {
            new HeadSampling(solver, steps, temperature);
            if (!Double.isFinite(guidance)) {
                throw new IllegalArgumentException("guidance must be a number, not " + guidance);
            }
        }

        Sampling() {
            this(Numbers.FLOAT32, HeadSampling.Solver.OFFICIAL, 100, 1, 1);
        }

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            HeadSampling sampling = new HeadSampling(solver, steps, temperature);
            try (Mar mar = in.place(MarFile.read(in.weights())); NoGrad noGrad = new NoGrad()) {
                mar.eval();
                Tensor z = in.get("z", -1, mar.config().width());
                in.count("z", z);
                Tensor unconditional = guidance == 1 ? null : in.get("unconditional", z.size(0), z.size(1));
                Tensor noise = MarModules.noise(in, mar, steps, z.size(0), mar.config().channels());
                return Map.of("tokens", in.compute(() -> {
                    try (HeadSampler sampler = HeadSampler.of(mar.head(), sampling)) {
                        return sampler.sample(z, unconditional, guidance,
                                draw -> noise.dim() == 2 ? noise : noise.select(0, draw));
                    }
                }));
            }
        }
    }
}
