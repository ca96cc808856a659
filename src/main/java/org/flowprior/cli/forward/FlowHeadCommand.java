package org.flowprior.cli.forward;

import java.util.HashMap;
import java.util.Map;
import org.flowprior.config.RequestException;
import org.flowprior.mar.FlowHead;
import org.flowprior.mar.Mar;
import org.flowprior.mar.MarFile;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward flow-head}: the velocities and losses of a generator's flow head. */
@Command(
        name = "flow-head",
        description = "A generator's flow head: velocities, or losses and velocities for given tokens and noise. "
                + "--weights is the generator's file. Times are those of the official weights: t = 0 is the token, "
                + "t = 1 noise, and the velocity is noise - token.",
        footerHeading = "%n",
        footer = {
            "Inputs:",
            "  z [R, D]       conditions",
            "  t [R]          times in [0, 1]",
            "  x [R, C]       points; or",
            "  target [R, C]  tokens, with",
            "  noise [R, C]   standard normal: then x = (1 - t) target + t noise",
            "Outputs:",
            "  v [R, C]       velocities at x",
            "  losses [R]     with target: mean over channels of",
            "                 (v - (noise - target))^2",
            "Config:",
            "  dtype          float32 (default) or float64",
            "",
            "Example:",
            "  flowprior forward flow-head --weights mar.safetensors \\",
            "      --input points.safetensors --output velocities.safetensors"})
final class FlowHeadCommand extends ModuleCommand<FlowHeadCommand.Config> {

    /** The config's keys. */
    record Config(Numbers dtype) {}

    FlowHeadCommand() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        try (Mar mar = MarFile.read(weights()); NoGrad noGrad = new NoGrad()) {
            if (!(mar.head() instanceof FlowHead head)) {
                throw new RequestException(weights()
                        + ": the generator has a diffusion head; flow-head takes one with a "
                        + "flow head");
            }
            mar.to(in.dtype()).to(in.device()).eval();
            Tensor z = in.get("z", -1, mar.config().width());
            long rows = in.count("z", z);
            long channels = mar.config().channels();
            Tensor t = in.get("t", rows);
            if (!in.has("target")) {
                Tensor x = in.get("x", rows, channels);
                return new HashMap<>(Map.of("v", inPrecision(in, () -> head.velocity(x, t, z))));
            }
            Tensor target = in.get("target", rows, channels);
            Tensor noise = in.get("noise", rows, channels);
            Tensor x = target.addcmul(noise.sub(target), t.unsqueeze(1));
            return new HashMap<>(Map.of("v", inPrecision(in, () -> head.velocity(x, t, z)),
                    "losses", inPrecision(in, () -> head.losses(target, z, t, noise))));
        }
    }
}
