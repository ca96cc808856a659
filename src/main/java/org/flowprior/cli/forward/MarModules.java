package org.flowprior.cli.forward;

import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.flowprior.config.RequestException;
import org.flowprior.mar.DiffusionHead;
import org.flowprior.mar.Guidance;
import org.flowprior.mar.HeadSampling;
import org.flowprior.mar.LatentLayout;
import org.flowprior.mar.Mar;
import org.flowprior.mar.MarConfig;
import org.flowprior.mar.MarFile;
import org.flowprior.mar.MarNoise;
import org.flowprior.mar.MarSampler;
import org.flowprior.mar.SamplingNoise;
import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** The modules of a whole generator: its transformers with the loss, and sampling. */
final class MarModules {

    private MarModules() {}

    /** Returns the noise of a head in that shape; a diffusion head has such noise for each step. */
    static Tensor noise(ModuleInputs in, Mar mar, int steps, long... shape) {
        if (!(mar.head() instanceof DiffusionHead)) {
            return in.get("noise", shape);
        }
        long[] drawn = new long[shape.length + 1];
        drawn[0] = steps;
        System.arraycopy(shape, 0, drawn, 1, shape.length);
        return in.get("noise", drawn);
    }

    @Command(name = "mar",
            description = "The generator: what its head is told about each token, given some of them; with times and "
                    + "noise also the loss and its gradients. In evaluation mode: without dropout. Sizes are read "
                    + "from the weights.",
            footer = """
                    Inputs:
                      latents [B, L, C] or [B, c, h, w]
                                           scaled, as in training
                      labels [B]           classes from 0
                      mask [B, L]          1 for the tokens to predict, as many in each row;
                                           or, with masked in the config,
                      orders [B, L]        each row a permutation from 0
                      dropped [B]          optional: 1 where the class is withheld
                      times [m, B, L]      optional: for the loss. Of a flow head in [0, 1],
                                           as official weights have it: 0 at the data; of a
                                           diffusion head whole numbers in 0 ... 999
                      noise [m, B, L, C]   with times
                    Outputs:
                      z [B, L, D]          the head's conditions
                      loss []              mean over the m draws of the masked tokens
                      grad.KEY             its gradient, for each parameter that has one
                    Config:
                      dtype                float32 (default) or float64
                      heads                of attention (default 0: as the file tells, else of
                                           64 channels)
                      patch                of a grid: the side that makes a token (default 0: as
                                           the file tells, else 1)
                      masked               with orders: the first so many of each are
                                           masked (default 0: mask is given)

                    Example:
                      flowprior forward mar --weights mar.safetensors \\
                          --input latents.safetensors --output conditions.safetensors""")
    record Transformers(Numbers dtype, int masked, int heads, int patch) implements ForwardModule {

        Transformers {
            if (masked < 0 || heads < 0 || patch < 0) {
                throw new IllegalArgumentException("masked, heads and patch must be at least 0, not " + masked
                        + ", " + heads + " and " + patch);
            }
        }

        Transformers() {
            this(Numbers.FLOAT32, 0, 0, 0);
        }

        /** Returns the options that the weights do not have: heads, and the layout of latents of the input's shape. */
        private UnaryOperator<MarConfig> options(ModuleInputs in) {
            return told -> {
                MarConfig config = heads == 0 ? told : told.withHeads(heads);
                long[] latents = in.anyShape("latents").shape();
                boolean grid = latents.length == 4
                        && (patch > 0 || config.layout() instanceof LatentLayout.Sequence);
                return grid ? config.withLayout(new LatentLayout.Grid(latents[1], latents[2], latents[3],
                        Math.max(1, patch))) : config;
            };
        }

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            try (Mar mar = in.place(MarFile.read(in.weights(), options(in)))) {
                mar.eval();
                Tensor tokens = mar.tokens(in.anyShape("latents"));
                long images = in.count("latents", tokens);
                Tensor labels = in.wholeNumbers("labels", mar.config().classes(), images);
                Tensor dropped = in.has("dropped") ? in.wholeNumbers("dropped", 2, images).to(DType.BOOL) : null;
                MarNoise masking = masking(in, images, mar.config().tokens(), dropped);
                Map<String, Tensor> outputs = new HashMap<>();
                try (NoGrad noGrad = new NoGrad()) {
                    outputs.put("z", in.compute(() -> mar.conditions(tokens, masking.mask(),
                            mar.classVectors(labels, dropped))));
                }
                if (in.has("times")) {
                    long[] draws = {-1, images, tokens.size(1)};
                    Tensor times = mar.head() instanceof DiffusionHead
                            ? in.wholeNumbers("times", DiffusionHead.TIMES, draws) : in.get("times", draws);
                    in.count("times", times);
                    Tensor noise = in.get("noise", times.size(0), images, tokens.size(1), tokens.size(2));
                    Tensor loss = in.compute(() -> mar.loss(tokens, labels,
                            new MarNoise(masking.orders(), masking.masked(), dropped, times, noise)));
                    loss.backward();
                    outputs.put("loss", loss);
                    ForwardModule.putGradients(outputs, "grad.", mar);
                }
                return outputs;
            }
        }

        /** Returns the orders and the number of masked tokens, without times and noise. */
        private MarNoise masking(ModuleInputs in, long images, long length, Tensor dropped) {
            if (masked > length) {
                throw new RequestException("masked must be at most " + length + ", the number of tokens, not "
                        + masked);
            }
            if (masked > 0) {
                return new MarNoise(in.permutations("orders", images, length), masked, dropped, null, null);
            }
            Tensor mask = in.wholeNumbers("mask", 2, images, length).to(DType.BOOL);
            long[] counts = mask.sum(1).toLongArray();
            for (long count : counts) {
                if (count != counts[0]) {
                    throw new RequestException("tensor 'mask' masks " + counts[0] + " tokens in one row and " + count
                            + " in another; the generator takes images with as many each");
                }
            }
            return new MarNoise(mask.to(DType.INT64).argsort(true, 1, true), counts[0], dropped, null, null);
        }
    }

    @Command(name = "mar-sample",
            description = "Latents sampled from a generator, in given orders from given noise.",
            footer = """
                    Inputs:
                      labels [B]           classes from 0
                      orders [B, L]        each row a permutation from 0; tokens are predicted
                                           from the last to the first
                      noise [B, L, C]      standard normal, each token's own;
                                           [S, B, L, C] for a diffusion head: the start, then
                                           that of each step but the last
                    Outputs:
                      tokens [B, L, C]
                      latents              the same as the autoencoder's decoder takes them,
                                           still scaled
                    Config:
                      dtype                float32 (default) or float64
                      heads                of attention (default 0: as the file tells, else of
                                           64 channels)
                      iterations           1 to L (default 0: L, one token at a time)
                      solver, steps, temperature
                                           as of flow-head-sample
                      guidance             the scale (default 1: none)
                      guidanceSchedule     linear (default) or constant
                      saving               whether what nobody reads is left out (default
                                           true); the numbers are the same up to rounding

                    Example:
                      flowprior forward mar-sample --weights mar.safetensors \\
                          --input draws.safetensors --output latents.safetensors""")
    record Sampling(Numbers dtype, int iterations, HeadSampling.Solver solver, int steps, double temperature,
            double guidance, Guidance.Schedule guidanceSchedule, boolean saving, int heads) implements ForwardModule {

        Sampling {
            if (iterations < 0 || heads < 0) {
                throw new IllegalArgumentException("iterations and heads must be at least 0, not " + iterations
                        + " and " + heads);
            }
            new HeadSampling(solver, steps, temperature);
            new Guidance(guidance, guidanceSchedule);
        }

        Sampling() {
            this(Numbers.FLOAT32, 0, HeadSampling.Solver.OFFICIAL, 100, 1, 1, Guidance.Schedule.LINEAR, true, 0);
        }

        private MarSampler sampler(Mar mar) {
            int chosen = iterations > 0 ? iterations : Math.toIntExact(mar.config().tokens());
            MarSampler.Options options = new MarSampler.Options(chosen, new Guidance(guidance, guidanceSchedule),
                    new HeadSampling(solver, steps, temperature));
            return saving ? new MarSampler(mar, options) : MarSampler.plain(mar, options);
        }

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            UnaryOperator<MarConfig> options = told -> heads == 0 ? told : told.withHeads(heads);
            try (Mar mar = in.place(MarFile.read(in.weights(), options)); NoGrad noGrad = new NoGrad()) {
                mar.eval();
                long length = mar.config().tokens();
                long images = in.count("labels", in.anyShape("labels"));
                Tensor labels = in.wholeNumbers("labels", mar.config().classes(), images);
                Tensor orders = in.permutations("orders", images, length);
                SamplingNoise noise = SamplingNoise.given(
                        noise(in, mar, steps, images, length, mar.config().channels()));
                Tensor tokens = in.compute(() -> {
                    try (MarSampler sampler = sampler(mar)) {
                        return sampler.sample(labels, orders, noise);
                    }
                });
                return Map.of("tokens", tokens, "latents", mar.latents(tokens));
            }
        }
    }
}
