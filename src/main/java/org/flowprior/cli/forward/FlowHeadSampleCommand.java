package org.flowprior.cli.forward;

import java.util.HashMap;
import java.util.Map;
import org.flowprior.mar.HeadSampler;
import org.flowprior.mar.HeadSampling;
import org.flowprior.mar.Mar;
import org.flowprior.mar.MarFile;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward flow-head-sample}: tokens from a generator's head for given conditions and noise. */
@Command(
        name = "flow-head-sample",
        description =
                "Tokens from a generator's head, for given conditions and noise. --weights is the generator's file; "
                + "a diffusion head is sampled too.",
        footerHeading = "%n",
        footer = {
            "Inputs:",
            "  z [N, D]             conditions",
            "  unconditional [N, D] those for no class; with guidance",
            "  noise [N, C]         standard normal; [S, N, C] for a diffusion head:",
            "                       the start, then that of each step but the last",
            "Output:",
            "  tokens [N, C]",
            "Config:",
            "  dtype                float32 (default) or float64",
            "  solver               official (default): of a flow head Euler's",
            "                       method between that many times, so one",
            "                       evaluation fewer than steps, of a diffusion head",
            "                       ancestral sampling; of a flow head also euler,",
            "                       midpoint and heun",
            "  steps                (default 100)",
            "  temperature          factor of a flow head's noise, and of the noise",
            "                       of a diffusion head's steps (default 1)",
            "  guidance             the factor s in u + s (c - u) (default 1: none)",
            "",
            "Example:",
            "  flowprior forward flow-head-sample --weights mar.safetensors \\",
            "      --input conditions.safetensors --output tokens.safetensors"})
final class FlowHeadSampleCommand extends ModuleCommand<FlowHeadSampleCommand.Config> {

    /** The config's keys. */
    record Config(Numbers dtype, HeadSampling.Solver solver, int steps, double temperature, double guidance) {

        Config {
            new HeadSampling(solver, steps, temperature);
            if (!Double.isFinite(guidance)) {
                throw new IllegalArgumentException("guidance must be a number, not " + guidance);
            }
        }
    }

    FlowHeadSampleCommand() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        HeadSampling sampling = new HeadSampling(config.solver(), config.steps(), config.temperature());
        try (Mar mar = MarFile.read(weights()); NoGrad noGrad = new NoGrad()) {
            mar.to(in.dtype()).to(in.device()).eval();
            Tensor z = in.get("z", -1, mar.config().width());
            in.count("z", z);
            Tensor unconditional = config.guidance() == 1 ? null : in.get("unconditional", z.size(0), z.size(1));
            Tensor noise = MarSampleCommand.noise(in, mar, config.steps(), z.size(0), mar.config().channels());
            return new HashMap<>(Map.of("tokens", inPrecision(in, () -> {
                try (HeadSampler sampler = HeadSampler.of(mar.head(), sampling)) {
                    return sampler.sample(z, unconditional, config.guidance(),
                            draw -> noise.dim() == 2 ? noise : noise.select(0, draw));
                }
            })));
        }
    }
}
