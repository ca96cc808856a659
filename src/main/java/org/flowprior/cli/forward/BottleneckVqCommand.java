package org.flowprior.cli.forward;

import java.util.Map;
import org.flowprior.autoencoder.VqBottleneck;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** {@code flowprior forward bottleneck-vq}: vector quantisation. */
@Command(
        name = "bottleneck-vq",
        description = "The VQ bottleneck: each token becomes the nearest code. The codebook is read from the weights, "
                + "that of an autoencoder (quantize.embedding.weight) or alone (embedding.weight), [n, C].",
        footerHeading = "%n",
        footer = {
            "Input:",
            "  encoded [B, L, C]  the encoder's tokens",
            "Outputs:",
            "  z [B, L, C]        latents",
            "  codes [B, L]       the nearest code's number",
            "  codebook []        the loss that pulls codes to tokens",
            "  commitment []      the loss that pulls tokens to codes, weighted",
            "  entropy []         the loss, weighted; none for the weight 0",
            "Config:",
            "  dtype              float32 (default) or float64",
            "  normalize          whether tokens and codes are brought to length 1",
            "                     (default true)",
            "  commitment         weight of the loss (default 0.25)",
            "  entropyWeight      of the loss (default 0)",
            "",
            "Example:",
            "  flowprior forward bottleneck-vq --weights autoencoder.pt \\",
            "      --input tokens.safetensors --output latents.safetensors"})
final class BottleneckVqCommand extends ModuleCommand<BottleneckVqCommand.Config> {

    private static final String KEY = "embedding.weight";

    /** The config's keys. */
    record Config(Numbers dtype, boolean normalize, double commitment, double entropyWeight) {

        Config {
            new VqBottleneck.Options(1, normalize, commitment, entropyWeight);
        }
    }

    BottleneckVqCommand() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        Tensor codes = CodebookCommand.read(weights(), KEY, 2);
        Tensor encoded = in.get("encoded", -1, -1, codes.size(1));
        VqBottleneck.Options options = new VqBottleneck.Options(Math.toIntExact(codes.size(0)), config.normalize(),
                config.commitment(), config.entropyWeight());
        try (VqBottleneck bottleneck = options.create(Math.toIntExact(codes.size(1)), null);
                NoGrad noGrad = new NoGrad()) {
            CodebookCommand.load(bottleneck, KEY, codes, in);
            return CodebookCommand.outputs(bottleneck, encoded);
        }
    }
}
