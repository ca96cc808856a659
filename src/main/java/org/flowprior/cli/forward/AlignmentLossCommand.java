package org.flowprior.cli.forward;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.flow.AlignmentLoss;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.FlowModelFile;
import org.flowprior.flow.LossReduction;
import org.flowprior.flow.TimeWeighting;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.torch.Autograd;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward alignment-loss}: Eq. 5 and its gradient for given times and noise. */
@Command(
        name = "alignment-loss",
        description =
                "The alignment loss (Eq. 5) of a velocity network at latents y, and its gradient, for given times and "
                + "noise. Times are the paper's, whatever the weights mean: t = 0 is noise, t = 1 is y.",
        footerHeading = "%n",
        footer = {
            "Inputs:",
            "  y [N, D] or [A, L, D]   latents; in the second case N = A L",
            "  t [m N]                 times in [0, 1]; row i is of latent i mod N",
            "  noise [m N, D]",
            "Outputs:",
            "  loss [m N]              mean over channels of (v - (y - noise))^2,",
            "                          times the weight of t",
            "  grad                    gradient of the mean of loss, of y's shape",
            "Config:",
            "  timeConvention          what t means to the weights: paper; official",
            "                          (t = 0 is data, v = noise - data); or stated",
            "                          (default), what the metadata of the file says,",
            "                          and official where it says nothing",
            "  dtype                   float32 (default) or float64",
            "  flowMul                 m, draws for each latent (default 1)",
            "  normTarget, movingAvgStd, unitNorm, normV, detachPredV",
            "                          options of the official loss (default false);",
            "                          the moving average starts afresh",
            "  weighting               uniform (default), the paper's; or likelihood:",
            "                          time t counts t/(1 - t), up to 1 - truncation",
            "  truncation              of the likelihood weighting (default 0.01)",
            "",
            "Example:",
            "  flowprior forward alignment-loss --weights prior.pt \\",
            "      --input latents.safetensors --output loss.safetensors",
            "",
            "The official toy's flow_model.pt does not say that it means the paper's",
            "times: give it --config with {\"timeConvention\": \"paper\"}."})
final class AlignmentLossCommand extends ModuleCommand<AlignmentLossCommand.Config> {

    /** The config's keys. */
    record Config(ForwardConvention timeConvention, Numbers dtype, int flowMul, boolean normTarget,
                  boolean movingAvgStd,
                  boolean unitNorm, boolean normV, boolean detachPredV, TimeWeighting weighting, double truncation) {

        Config {
            options(flowMul, normTarget, movingAvgStd, unitNorm, normV, detachPredV, weighting, truncation);
        }

        AlignmentLoss.Options options() {
            return options(flowMul, normTarget, movingAvgStd, unitNorm, normV, detachPredV, weighting, truncation);
        }

        private static AlignmentLoss.Options options(int flowMul, boolean normTarget, boolean movingAvgStd,
                                                     boolean unitNorm,
                                                     boolean normV, boolean detachPredV, TimeWeighting weighting,
                                                     double truncation) {
            return new AlignmentLoss.Options(flowMul, normTarget, movingAvgStd, unitNorm, normV, detachPredV, weighting,
                    weighting == TimeWeighting.UNIFORM ? 0 : truncation);
        }
    }

    AlignmentLossCommand() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        try (VelocityNetwork network = FlowModelFile.readNetwork(weights())) {
            network.to(in.dtype()).to(in.device());
            FlowModel model = new FlowModel(network, config.timeConvention().of(weights())).freeze();
            long channels = network.config().targetChannels();
            Tensor y = latents(in, channels);
            long rows = config.flowMul() * y.numel() / channels;
            Tensor t = in.get("t", rows);
            Tensor noise = in.get("noise", rows, channels);
            try (AlignmentLoss loss = AlignmentLoss.of(model, config.options())) {
                loss.to(in.device());
                Tensor rowLoss = inPrecision(in, () -> loss.loss(y, t, noise, null, LossReduction.NONE)).mean(1);
                Tensor gradient = Autograd.grad(rowLoss.mean(), List.of(y)).getFirst();
                return new HashMap<>(Map.of("loss", rowLoss, "grad", gradient));
            }
        }
    }

    private static Tensor latents(InputTensors in, long channels) {
        Tensor y = in.anyShape("y");
        long[] shape = y.shape();
        if (shape.length != 2 && shape.length != 3 || shape[shape.length - 1] != channels || y.numel() == 0) {
            throw in.wrongShape("y", shape, "[N, " + channels + "] or [A, L, " + channels + "]");
        }
        return y.detach().clone().requiresGrad_(true);
    }
}
