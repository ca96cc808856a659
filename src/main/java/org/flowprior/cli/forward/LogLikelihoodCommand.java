package org.flowprior.cli.forward;

import java.util.HashMap;
import java.util.Map;
import org.flowprior.config.RequestException;
import org.flowprior.flow.DormandPrince;
import org.flowprior.flow.FixedStepSolver;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.FlowModelFile;
import org.flowprior.flow.LogLikelihood;
import org.flowprior.flow.OdeSolver;
import org.flowprior.flow.TraceEstimator;
import org.flowprior.flow.VelocityField;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward log-likelihood}: Eq. 4 at points, or along the flow from noise. */
@Command(
        name = "log-likelihood",
        description = "The log-likelihood under a flow (Eq. 4), by solving its differential equation: backwards from "
                + "points y, or forwards from noise. Times are the paper's, whatever the weights mean.",
        footerHeading = "%n",
        footer = {
            "Inputs, one of:",
            "  y [N, D]        points; the equation is solved from t = 1 to 0",
            "  noise [N, D]    noise; solved from t = 0 to 1",
            "Outputs:",
            "  log_density [N] log p_1 at y, nats",
            "  noise, or y     the other end of the paths, [N, D]",
            "Config:",
            "  timeConvention  what t means to the weights: paper; official (t = 0 is",
            "                  data, v = noise - data); or stated (default), what the",
            "                  metadata of the file says, else official",
            "  dtype           float32 or float64 (default)",
            "  solver          dormand-prince (default), rk4, heun, midpoint, euler",
            "  relative, absolute, maxSteps",
            "                  tolerances and limit of dormand-prince (default 1e-6,",
            "                  1e-6, 10000)",
            "  steps           equal steps of the other solvers (default 100)",
            "  trace           exact (default): D backward passes; or Hutchinson's",
            "                  estimate with rademacher or gaussian probes",
            "  probes, seed    number of probes (default 1), and their seed",
            "",
            "Example:",
            "  flowprior forward log-likelihood --weights prior.safetensors \\",
            "      --input latents.safetensors --output likelihood.safetensors"})
final class LogLikelihoodCommand extends ModuleCommand<LogLikelihoodCommand.Config> {

    enum Solver { DORMAND_PRINCE, RK4, HEUN, MIDPOINT, EULER }

    enum Trace { EXACT, RADEMACHER, GAUSSIAN }

    /** The config's keys. */
    record Config(ForwardConvention timeConvention, Numbers dtype, Solver solver, double relative, double absolute,
                  int maxSteps, int steps, Trace trace, int probes, long seed) {

        Config {
            solver(solver, relative, absolute, maxSteps, steps);
            trace(trace, probes);
        }

        LogLikelihood of(VelocityField field) {
            return new LogLikelihood(field, solver(solver, relative, absolute, maxSteps, steps), trace(trace, probes));
        }

        private static OdeSolver solver(Solver solver, double relative, double absolute, int maxSteps, int steps) {
            return solver == Solver.DORMAND_PRINCE ? new DormandPrince(relative, absolute, maxSteps)
                    : new FixedStepSolver(FixedStepSolver.Method.valueOf(solver.name()), steps);
        }

        private static TraceEstimator trace(Trace trace, int probes) {
            return trace == Trace.EXACT ? TraceEstimator.EXACT
                    : new TraceEstimator.Hutchinson(TraceEstimator.Probes.valueOf(trace.name()), probes);
        }
    }

    LogLikelihoodCommand() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        if (in.has("y") == in.has("noise")) {
            throw new RequestException("log-likelihood needs either y or noise in the input, not "
                    + (in.has("y") ? "both" : "neither"));
        }
        try (VelocityNetwork network = FlowModelFile.readNetwork(weights());
                Generator probes = Generator.on(in.device()).manualSeed(config.seed())) {
            network.to(in.dtype()).to(in.device());
            FlowModel model = new FlowModel(network, config.timeConvention().of(weights())).freeze();
            LogLikelihood likelihood = config.of((x, t, condition) ->
                    inPrecision(in, () -> model.velocity(x, t, condition)).to(x.dtype()));
            long channels = network.config().targetChannels();
            if (in.has("y")) {
                LogLikelihood.Result result = likelihood.at(in.get("y", -1, channels), probes);
                return new HashMap<>(Map.of("log_density", result.logDensity(), "noise", result.noise()));
            }
            LogLikelihood.Sample sample = likelihood.sample(in.get("noise", -1, channels), probes);
            return new HashMap<>(Map.of("log_density", sample.logDensity(), "y", sample.points()));
        }
    }
}
