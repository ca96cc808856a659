package org.flowprior.cli.forward;

import java.util.HashMap;
import java.util.Map;
import org.flowprior.autoencoder.Bottleneck;
import org.flowprior.autoencoder.KlBottleneck;
import org.flowprior.autoencoder.LatentDraws;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward bottleneck-kl}: a diagonal normal distribution for each token. */
@Command(
        name = "bottleneck-kl",
        description = "The KL bottleneck: latents from means, log variances and given noise, and the weighted "
                + "divergence from the standard normal distribution.",
        modelTransformer = ForwardWithoutWeights.class,
        footerHeading = "%n",
        footer = {
            "Inputs:",
            "  encoded [B, L, 2 C]  means, then log variances (clamped to [-30, 20])",
            "  noise [B, L, C]      standard normal",
            "Outputs:",
            "  z [B, L, C]          latents",
            "  kl []                divergence summed over tokens and channels, averaged",
            "                       over the batch, times the weight",
            "Config:",
            "  dtype                float32 (default) or float64",
            "  weight               of the divergence (default 0.000001)",
            "",
            "Example:",
            "  flowprior forward bottleneck-kl \\",
            "      --input moments.safetensors --output latents.safetensors"})
final class BottleneckKlCommand extends ModuleCommand<BottleneckKlCommand.Config> {

    /** The config's keys. */
    record Config(Numbers dtype, double weight) {

        Config {
            new KlBottleneck.Options(weight);
        }
    }

    BottleneckKlCommand() {
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
            if (encoded.size(2) % 2 != 0) {
                throw in.wrongShape("encoded", encoded.shape(), "[any, any, an even number]");
            }
            long channels = encoded.size(2) / 2;
            Tensor noise = in.get("noise", encoded.size(0), encoded.size(1), channels);
            Bottleneck bottleneck = new KlBottleneck.Options(config.weight()).create(Math.toIntExact(channels), null);
            Map<String, Tensor> outputs = new HashMap<>();
            outputs.put("z", inPrecision(in, () -> {
                Bottleneck.Output output = bottleneck.apply(encoded, new LatentDraws(noise, null), true);
                outputs.putAll(output.losses());
                return output.z();
            }));
            return outputs;
        }
    }
}
