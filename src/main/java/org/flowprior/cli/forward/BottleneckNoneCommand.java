package org.flowprior.cli.forward;

import java.util.HashMap;
import java.util.Map;
import org.flowprior.autoencoder.IdentityBottleneck;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward bottleneck-none}: tokens as latents, standardised or not. */
@Command(
        name = "bottleneck-none",
        description = "No bottleneck: the latents are the encoder's tokens, standardised over the batch where the "
                + "config says so.",
        modelTransformer = ForwardWithoutWeights.class,
        footerHeading = "%n",
        footer = {
            "Input:",
            "  encoded [B, L, C]  the encoder's tokens",
            "Output:",
            "  z [B, L, C]        latents",
            "Config:",
            "  dtype              float32 (default) or float64",
            "  standardize        whether z is (encoded - mean) / (deviation + 1e-8)",
            "                     (default false)",
            "",
            "Example:",
            "  flowprior forward bottleneck-none \\",
            "      --input tokens.safetensors --output latents.safetensors"})
final class BottleneckNoneCommand extends ModuleCommand<BottleneckNoneCommand.Config> {

    /** The config's keys. */
    record Config(Numbers dtype, boolean standardize) {}

    BottleneckNoneCommand() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        try (NoGrad noGrad = new NoGrad()) {
            Tensor encoded = in.get("encoded", -1, -1, -1);
            return new HashMap<>(Map.of("z", inPrecision(in, () -> new IdentityBottleneck.Options(config.standardize())
                    .create(Math.toIntExact(encoded.size(2)), null).mode(encoded))));
        }
    }
}
