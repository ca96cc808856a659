package org.flowprior.cli.forward;

import java.util.HashMap;
import java.util.Map;
import org.flowprior.mar.DiffusionHead;
import org.flowprior.mar.Guidance;
import org.flowprior.mar.HeadSampling;
import org.flowprior.mar.Mar;
import org.flowprior.mar.MarFile;
import org.flowprior.mar.MarSampler;
import org.flowprior.mar.SamplingNoise;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward mar-sample}: latents from a generator for given orders and noise. */
@Command(
        name = "mar-sample",
        description = "Latents sampled from a generator, in given orders from given noise.",
        footerHeading = "%n",
        footer = {
            "Inputs:",
            "  labels [B]           classes from 0",
            "  orders [B, L]        each row a permutation from 0; tokens are predicted",
            "                       from the last to the first",
            "  noise [B, L, C]      standard normal, each token's own;",
            "                       [S, B, L, C] for a diffusion head: the start, then",
            "                       that of each step but the last",
            "Outputs:",
            "  tokens [B, L, C]",
            "  latents              the same as the autoencoder's decoder takes them,",
            "                       still scaled",
            "Config:",
            "  dtype                float32 (default) or float64",
            "  heads                of attention (default 0: as the file tells, else of",
            "                       64 channels)",
            "  iterations           1 to L (default 0: L, one token at a time)",
            "  solver, steps, temperature",
            "                       as of flow-head-sample",
            "  guidance             the scale (default 1: none)",
            "  guidanceSchedule     linear (default) or constant",
            "  saving               whether what nobody reads is left out (default",
            "                       true); the numbers are the same up to rounding",
            "",
            "Example:",
            "  flowprior forward mar-sample --weights mar.safetensors \\",
            "      --input draws.safetensors --output latents.safetensors"})
final class MarSampleCommand extends ModuleCommand<MarSampleCommand.Config> {

    /** The config's keys. */
    record Config(Numbers dtype, int iterations, HeadSampling.Solver solver, int steps, double temperature,
                  double guidance, Guidance.Schedule guidanceSchedule, boolean saving, int heads) {

        Config {
            if (iterations < 0 || heads < 0) {
                throw new IllegalArgumentException("iterations and heads must be at least 0, not " + iterations
                        + " and " + heads);
            }
            new HeadSampling(solver, steps, temperature);
            new Guidance(guidance, guidanceSchedule);
        }

        MarSampler sampler(Mar mar) {
            int chosen = iterations > 0 ? iterations : Math.toIntExact(mar.config().tokens());
            MarSampler.Options options = new MarSampler.Options(chosen, new Guidance(guidance, guidanceSchedule),
                    new HeadSampling(solver, steps, temperature));
            return saving ? new MarSampler(mar, options) : MarSampler.plain(mar, options);
        }
    }

    MarSampleCommand() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        try (Mar mar = MarFile.read(weights(), told -> config.heads() == 0 ? told : told.withHeads(config.heads()));
                NoGrad noGrad = new NoGrad()) {
            mar.to(in.dtype()).to(in.device()).eval();
            long length = mar.config().tokens();
            long images = in.count("labels", in.anyShape("labels"));
            Tensor labels = in.wholeNumbers("labels", mar.config().classes(), images);
            Tensor orders = in.permutations("orders", images, length);
            SamplingNoise noise = SamplingNoise.given(noise(in, mar, config.steps(), images, length,
                    mar.config().channels()));
            Tensor tokens = inPrecision(in, () -> {
                try (MarSampler sampler = config.sampler(mar)) {
                    return sampler.sample(labels, orders, noise);
                }
            });
            return new HashMap<>(Map.of("tokens", tokens, "latents", mar.latents(tokens)));
        }
    }

    /** Of that shape, for a diffusion head behind the number of steps. */
    static Tensor noise(InputTensors in, Mar mar, int steps, long... shape) {
        if (!(mar.head() instanceof DiffusionHead)) {
            return in.get("noise", shape);
        }
        long[] drawn = new long[shape.length + 1];
        drawn[0] = steps;
        System.arraycopy(shape, 0, drawn, 1, shape.length);
        return in.get("noise", drawn);
    }
}
