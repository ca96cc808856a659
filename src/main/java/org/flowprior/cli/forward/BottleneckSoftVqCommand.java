package org.flowprior.cli.forward;

import java.util.Map;
import org.flowprior.autoencoder.SoftVqBottleneck;
import org.flowprior.config.RequestException;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward bottleneck-soft-vq}: soft vector quantisation. */
@Command(
        name = "bottleneck-soft-vq",
        description = "The SoftVQ bottleneck: each token becomes a mean of its codebook's codes. Codebooks are read "
                + "from the weights, those of an autoencoder (quantize.embedding) or alone (embedding), [K, n, C].",
        footerHeading = "%n",
        footer = {
            "Input:",
            "  encoded [B, L, C]  the encoder's tokens; L is a multiple of K",
            "Outputs:",
            "  z [B, L, C]        latents",
            "  codes [B, L]       the nearest code's number",
            "  entropy []         the loss, weighted; none for the weight 0",
            "Config:",
            "  dtype              float32 (default) or float64",
            "  temperature        of the softmax (default 0.07)",
            "  normalize          whether tokens and codes are brought to length 1",
            "                     (default true)",
            "  entropyWeight      of the loss (default 0.01)",
            "",
            "Example:",
            "  flowprior forward bottleneck-soft-vq --weights autoencoder.pt \\",
            "      --input tokens.safetensors --output latents.safetensors"})
final class BottleneckSoftVqCommand extends ModuleCommand<BottleneckSoftVqCommand.Config> {

    private static final String KEY = "embedding";

    /** The config's keys. */
    record Config(Numbers dtype, double temperature, boolean normalize, double entropyWeight) {

        Config {
            new SoftVqBottleneck.Options(1, 1, temperature, normalize, entropyWeight);
        }
    }

    BottleneckSoftVqCommand() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        Tensor codes = CodebookCommand.read(weights(), KEY, 3);
        Tensor encoded = in.get("encoded", -1, -1, codes.size(2));
        if (encoded.size(1) % codes.size(0) != 0) {
            throw new RequestException("bottleneck-soft-vq: the " + codes.size(0) + " codebooks of " + weights()
                    + " cannot share " + encoded.size(1) + " tokens evenly");
        }
        SoftVqBottleneck.Options options = new SoftVqBottleneck.Options(Math.toIntExact(codes.size(0)),
                Math.toIntExact(codes.size(1)), config.temperature(), config.normalize(), config.entropyWeight());
        try (SoftVqBottleneck bottleneck = options.create(Math.toIntExact(codes.size(2)), null);
                NoGrad noGrad = new NoGrad()) {
            CodebookCommand.load(bottleneck, KEY, codes, in);
            return CodebookCommand.outputs(bottleneck, encoded);
        }
    }
}
