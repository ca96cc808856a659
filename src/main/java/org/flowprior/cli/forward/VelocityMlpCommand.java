package org.flowprior.cli.forward;

import java.util.HashMap;
import java.util.Map;
import org.flowprior.flow.FlowModelFile;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward velocity-mlp}: the raw velocity network. */
@Command(
        name = "velocity-mlp",
        description = "The raw velocity network: v(x, t) as its weights mean t and v. Official weights have t = 0 at "
                + "the data and v = noise - data. Sizes are read from the weights.",
        footerHeading = "%n",
        footer = {
            "Inputs:",
            "  x [N, D]   points",
            "  t [N]      times in [0, 1]",
            "  c [N, Z]   condition; optional, and only for weights with cond_embed",
            "Output:",
            "  v [N, D]   velocities",
            "Config:",
            "  dtype      float32 (default) or float64",
            "",
            "Example:",
            "  flowprior forward velocity-mlp --weights flow_model.pt \\",
            "      --input points.safetensors --output velocities.safetensors"})
final class VelocityMlpCommand extends ModuleCommand<VelocityMlpCommand.Config> {

    /** The config's keys. */
    record Config(Numbers dtype) {}

    VelocityMlpCommand() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        try (VelocityNetwork network = FlowModelFile.readNetwork(weights()); NoGrad noGrad = new NoGrad()) {
            network.to(in.dtype()).to(in.device());
            VelocityNetwork.Config sizes = network.config();
            Tensor x = in.get("x", -1, sizes.targetChannels());
            Tensor t = in.get("t", x.size(0));
            Tensor c = condition(in, x.size(0), sizes.conditionChannels());
            return new HashMap<>(Map.of("v", inPrecision(in, () -> network.forward(x, t, c))));
        }
    }

    private Tensor condition(InputTensors in, long rows, long channels) {
        if (!in.has("c")) {
            return null;
        }
        if (channels == 0) {
            throw in.wrongShape("c", in.anyShape("c").shape(), "none: " + weights() + " has no cond_embed");
        }
        return in.get("c", rows, channels);
    }
}
