package org.flowprior.cli.forward;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.flowprior.config.RequestException;
import org.flowprior.flow.AlignmentLoss;
import org.flowprior.flow.DormandPrince;
import org.flowprior.flow.FixedStepSolver;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.FlowModelFile;
import org.flowprior.flow.LogLikelihood;
import org.flowprior.flow.LossReduction;
import org.flowprior.flow.OdeSolver;
import org.flowprior.flow.TimeConvention;
import org.flowprior.flow.TimeWeighting;
import org.flowprior.flow.TraceEstimator;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.torch.Autograd;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** The modules of a velocity network: its velocities, the alignment loss and the log-likelihood. */
final class FlowModules {

    private FlowModules() {}

    /** The time convention of the weights. STATED: the one in their file, official if there is none. */
    enum Convention {
        STATED, PAPER, OFFICIAL;

        private TimeConvention of(Path weights) {
            return this == STATED ? FlowModelFile.convention(weights).orElse(TimeConvention.OFFICIAL)
                    : TimeConvention.valueOf(name());
        }
    }

    @Command(name = "velocity-mlp",
            description = "The raw velocity network: v(x, t) as its weights mean t and v. Official weights have t = "
                    + "0 at the data and v = noise - data. Sizes are read from the weights.",
            footer = """
                    Inputs:
                      x [N, D]   points
                      t [N]      times in [0, 1]
                      c [N, Z]   condition; optional, and only for weights with cond_embed
                    Output:
                      v [N, D]   velocities
                    Config:
                      dtype      float32 (default) or float64

                    Example:
                      flowprior forward velocity-mlp --weights flow_model.pt \\
                          --input points.safetensors --output velocities.safetensors""")
    record VelocityMlp(Numbers dtype) implements ForwardModule {

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            try (VelocityNetwork network = in.place(FlowModelFile.readNetwork(in.weights()));
                    NoGrad noGrad = new NoGrad()) {
                VelocityNetwork.Config sizes = network.config();
                Tensor x = in.get("x", -1, sizes.targetChannels());
                Tensor t = in.get("t", x.size(0));
                Tensor c = in.has("c") ? condition(in, x.size(0), sizes.conditionChannels()) : null;
                return Map.of("v", in.compute(() -> network.forward(x, t, c)));
            }
        }

        private Tensor condition(ModuleInputs in, long rows, long channels) {
            if (channels == 0) {
                throw in.wrongShape("c", in.anyShape("c").shape(), "none: " + in.weights() + " has no cond_embed");
            }
            return in.get("c", rows, channels);
        }
    }

    @Command(name = "alignment-loss",
            description = "The alignment loss (Eq. 5) of a velocity network at latents y, and its gradient, for "
                    + "given times and noise. Times are the paper's, whatever the weights mean: t = 0 is noise, t = "
                    + "1 is y.",
            footer = """
                    Inputs:
                      y [N, D] or [A, L, D]   latents; in the second case N = A L
                      t [m N]                 times in [0, 1]; row i is of latent i mod N
                      noise [m N, D]
                    Outputs:
                      loss [m N]              mean over channels of (v - (y - noise))^2,
                                              times the weight of t
                      grad                    gradient of the mean of loss, of y's shape
                    Config:
                      timeConvention          what t means to the weights: paper; official
                                              (t = 0 is data, v = noise - data); or stated
                                              (default), what the metadata of the file says,
                                              and official where it says nothing
                      dtype                   float32 (default) or float64
                      flowMul                 m, draws for each latent (default 1)
                      normTarget, movingAvgStd, unitNorm, normV, detachPredV
                                              options of the official loss (default false);
                                              the moving average starts afresh
                      weighting               uniform (default), the paper's; or likelihood:
                                              time t counts t/(1 - t), up to 1 - truncation
                      truncation              of the likelihood weighting (default 0.01)

                    Example:
                      flowprior forward alignment-loss --weights prior.pt \\
                          --input latents.safetensors --output loss.safetensors

                    The official toy's flow_model.pt does not say that it means the paper's
                    times: give it --config with {"timeConvention": "paper"}.""")
    record Alignment(Convention timeConvention, Numbers dtype, int flowMul, boolean normTarget, boolean movingAvgStd,
            boolean unitNorm, boolean normV, boolean detachPredV, TimeWeighting weighting, double truncation)
            implements ForwardModule {

        Alignment {
            new AlignmentLoss.Options(flowMul, normTarget, movingAvgStd, unitNorm, normV, detachPredV, weighting,
                    weighting == TimeWeighting.UNIFORM ? 0 : truncation);
        }

        Alignment() {
            this(Convention.STATED, Numbers.FLOAT32, 1, false, false, false, false, false, TimeWeighting.UNIFORM,
                    0.01);
        }

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            try (VelocityNetwork network = in.place(FlowModelFile.readNetwork(in.weights()))) {
                FlowModel model = new FlowModel(network, timeConvention.of(in.weights())).freeze();
                long channels = network.config().targetChannels();
                Tensor y = latents(in, channels);
                long rows = flowMul * y.numel() / channels;
                Tensor t = in.get("t", rows);
                Tensor noise = in.get("noise", rows, channels);
                AlignmentLoss.Options options = new AlignmentLoss.Options(flowMul, normTarget, movingAvgStd, unitNorm,
                        normV, detachPredV, weighting, weighting == TimeWeighting.UNIFORM ? 0 : truncation);
                try (AlignmentLoss loss = AlignmentLoss.of(model, options)) {
                    loss.to(in.device());
                    Tensor rowLoss = in.compute(() -> loss.loss(y, t, noise, null, LossReduction.NONE)).mean(1);
                    return Map.of("loss", rowLoss, "grad", Autograd.grad(rowLoss.mean(), List.of(y)).getFirst());
                }
            }
        }

        private static Tensor latents(ModuleInputs in, long channels) {
            Tensor y = in.anyShape("y");
            long[] shape = y.shape();
            if (shape.length != 2 && shape.length != 3 || shape[shape.length - 1] != channels || y.numel() == 0) {
                throw in.wrongShape("y", shape, "[N, " + channels + "] or [A, L, " + channels + "]");
            }
            return y.detach().clone().requiresGrad_(true);
        }
    }

    @Command(name = "log-likelihood",
            description = "The log-likelihood under a flow (Eq. 4), by solving its differential equation: backwards "
                    + "from points y, or forwards from noise. Times are the paper's, whatever the weights mean.",
            footer = """
                    Inputs, one of:
                      y [N, D]        points; the equation is solved from t = 1 to 0
                      noise [N, D]    noise; solved from t = 0 to 1
                    Outputs:
                      log_density [N] log p_1 at y, nats
                      noise, or y     the other end of the paths, [N, D]
                    Config:
                      timeConvention  what t means to the weights: paper; official (t = 0 is
                                      data, v = noise - data); or stated (default), what the
                                      metadata of the file says, else official
                      dtype           float32 or float64 (default)
                      solver          dormand-prince (default), rk4, heun, midpoint, euler
                      relative, absolute, maxSteps
                                      tolerances and limit of dormand-prince (default 1e-6,
                                      1e-6, 10000)
                      steps           equal steps of the other solvers (default 100)
                      trace           exact (default): D backward passes; or Hutchinson's
                                      estimate with rademacher or gaussian probes
                      probes, seed    number of probes (default 1), and their seed

                    Example:
                      flowprior forward log-likelihood --weights prior.safetensors \\
                          --input latents.safetensors --output likelihood.safetensors""")
    record Likelihood(Convention timeConvention, Numbers dtype, Solver solver, double relative, double absolute,
            int maxSteps, int steps, Trace trace, int probes, long seed) implements ForwardModule {

        enum Solver { DORMAND_PRINCE, RK4, HEUN, MIDPOINT, EULER }

        enum Trace { EXACT, RADEMACHER, GAUSSIAN }

        Likelihood {
            solver(solver, relative, absolute, maxSteps, steps);
            trace(trace, probes);
        }

        Likelihood() {
            this(Convention.STATED, Numbers.FLOAT64, Solver.DORMAND_PRINCE, 1e-6, 1e-6, 10_000, 100, Trace.EXACT, 1, 0);
        }

        private static OdeSolver solver(Solver solver, double relative, double absolute, int maxSteps, int steps) {
            return solver == Solver.DORMAND_PRINCE ? new DormandPrince(relative, absolute, maxSteps)
                    : new FixedStepSolver(FixedStepSolver.Method.valueOf(solver.name()), steps);
        }

        private static TraceEstimator trace(Trace trace, int probes) {
            return trace == Trace.EXACT ? TraceEstimator.EXACT
                    : new TraceEstimator.Hutchinson(TraceEstimator.Probes.valueOf(trace.name()), probes);
        }

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            if (in.has("y") == in.has("noise")) {
                throw new RequestException("log-likelihood needs either y or noise in the input, not "
                        + (in.has("y") ? "both" : "neither"));
            }
            try (VelocityNetwork network = in.place(FlowModelFile.readNetwork(in.weights()));
                    Generator generator = Generator.on(in.device()).manualSeed(seed)) {
                FlowModel model = new FlowModel(network, timeConvention.of(in.weights())).freeze();
                LogLikelihood likelihood = new LogLikelihood(
                        (x, t, condition) -> in.compute(() -> model.velocity(x, t, condition)).to(x.dtype()),
                        solver(solver, relative, absolute, maxSteps, steps), trace(trace, probes));
                long channels = network.config().targetChannels();
                if (in.has("y")) {
                    LogLikelihood.Result result = likelihood.at(in.get("y", -1, channels), generator);
                    return Map.of("log_density", result.logDensity(), "noise", result.noise());
                }
                LogLikelihood.Sample sample = likelihood.sample(in.get("noise", -1, channels), generator);
                return Map.of("log_density", sample.logDensity(), "y", sample.points());
            }
        }
    }
}
