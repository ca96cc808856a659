package org.flowprior.cli.forward;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderFile;
import org.flowprior.autoencoder.Bottleneck;
import org.flowprior.autoencoder.IdentityBottleneck;
import org.flowprior.autoencoder.KlBottleneck;
import org.flowprior.autoencoder.SoftVqBottleneck;
import org.flowprior.autoencoder.VqBottleneck;
import org.flowprior.config.RequestException;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Module;
import picocli.CommandLine.Command;

/** The modules of bottlenecks. The losses of training are outputs under their names. */
final class BottleneckModules {

    private static final String PREFIX = "quantize.";

    private BottleneckModules() {}

    /** Returns the losses, the latents, and the codes if the bottleneck has some. */
    private static Map<String, Tensor> outputs(Bottleneck.Output output) {
        Map<String, Tensor> outputs = new HashMap<>(output.losses());
        outputs.put("z", output.z());
        if (output.codes() != null) {
            outputs.put("codes", output.codes());
        }
        return outputs;
    }

    /**
     * Reads the codes from a file, of an autoencoder or alone.
     *
     * @param key        of the codes, with or without "quantize." before it
     * @param dimensions of the tensor of codes
     */
    private static Tensor codes(Path weights, String key, int dimensions) {
        Map<String, Tensor> state = AutoencoderFile.state(weights);
        Tensor codes = state.containsKey(PREFIX + key) ? state.get(PREFIX + key) : state.get(key);
        if (codes == null || codes.dim() != dimensions) {
            throw new RequestException(weights + ": no tensor '" + PREFIX + key + "' or '" + key + "' of " + dimensions
                    + " dimensions" + (codes == null ? "" : ", it is " + codes.signature()));
        }
        return codes;
    }

    /** Puts the codes into a new bottleneck and runs it. */
    private static Map<String, Tensor> quantize(Bottleneck.Options options, String key, Tensor codes, Tensor encoded,
            ModuleInputs in) {
        Bottleneck bottleneck = options.create(Math.toIntExact(codes.size(-1)), null);
        try (Module module = (Module) bottleneck; NoGrad noGrad = new NoGrad()) {
            Map<String, Tensor> state = new LinkedHashMap<>(module.stateDict());
            state.put(key, codes);
            module.loadStateDict(state);
            in.place(module);
            return outputs(bottleneck.apply(encoded, Autoencoder.Draws.NONE, true));
        }
    }

    @Command(name = "bottleneck-none",
            description = "No bottleneck: the latents are the encoder's tokens, standardised over the batch where "
                    + "the config says so.",
            footer = """
                    Input:
                      encoded [B, L, C]  the encoder's tokens
                    Output:
                      z [B, L, C]        latents
                    Config:
                      dtype              float32 (default) or float64
                      standardize        whether z is (encoded - mean) / (deviation + 1e-8)
                                         (default false)

                    Example:
                      flowprior forward bottleneck-none \\
                          --input tokens.safetensors --output latents.safetensors""")
    record None(Numbers dtype, boolean standardize) implements ForwardModule.WithoutWeights {

        None() {
            this(Numbers.FLOAT32, false);
        }

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            try (NoGrad noGrad = new NoGrad()) {
                Tensor encoded = in.get("encoded", -1, -1, -1);
                Bottleneck bottleneck = new IdentityBottleneck.Options(standardize)
                        .create(Math.toIntExact(encoded.size(2)), null);
                return Map.of("z", in.compute(() -> bottleneck.mode(encoded)));
            }
        }
    }

    @Command(name = "bottleneck-kl",
            description = "The KL bottleneck: latents from means, log variances and given noise, and the weighted "
                    + "divergence from the standard normal distribution.",
            footer = """
                    Inputs:
                      encoded [B, L, 2 C]  means, then log variances (clamped to [-30, 20])
                      noise [B, L, C]      standard normal
                    Outputs:
                      z [B, L, C]          latents
                      kl []                divergence summed over tokens and channels, averaged
                                           over the batch, times the weight
                    Config:
                      dtype                float32 (default) or float64
                      weight               of the divergence (default 0.000001)

                    Example:
                      flowprior forward bottleneck-kl \\
                          --input moments.safetensors --output latents.safetensors""")
    record Kl(Numbers dtype, double weight) implements ForwardModule.WithoutWeights {

        Kl {
            new KlBottleneck.Options(weight);
        }

        Kl() {
            this(Numbers.FLOAT32, 1e-6);
        }

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            try (NoGrad noGrad = new NoGrad()) {
                Tensor encoded = in.get("encoded", -1, -1, -1);
                if (encoded.size(2) % 2 != 0) {
                    throw in.wrongShape("encoded", encoded.shape(), "[any, any, an even number]");
                }
                int channels = Math.toIntExact(encoded.size(2) / 2);
                Tensor noise = in.get("noise", encoded.size(0), encoded.size(1), channels);
                Bottleneck bottleneck = new KlBottleneck.Options(weight).create(channels, null);
                return outputs(in.compute(() -> bottleneck.apply(encoded, new Autoencoder.Draws(noise, null), true)));
            }
        }
    }

    @Command(name = "bottleneck-soft-vq",
            description = "The SoftVQ bottleneck: each token becomes a mean of its codebook's codes. Codebooks are "
                    + "read from the weights, those of an autoencoder (quantize.embedding) or alone (embedding), [K, "
                    + "n, C].",
            footer = """
                    Input:
                      encoded [B, L, C]  the encoder's tokens; L is a multiple of K
                    Outputs:
                      z [B, L, C]        latents
                      codes [B, L]       the nearest code's number
                      entropy []         the loss, weighted; none for the weight 0
                    Config:
                      dtype              float32 (default) or float64
                      temperature        of the softmax (default 0.07)
                      normalize          whether tokens and codes are brought to length 1
                                         (default true)
                      entropyWeight      of the loss (default 0.01)

                    Example:
                      flowprior forward bottleneck-soft-vq --weights autoencoder.pt \\
                          --input tokens.safetensors --output latents.safetensors""")
    record SoftVq(Numbers dtype, double temperature, boolean normalize, double entropyWeight) implements ForwardModule {

        SoftVq {
            new SoftVqBottleneck.Options(1, 1, temperature, normalize, entropyWeight);
        }

        SoftVq() {
            this(Numbers.FLOAT32, 0.07, true, 0.01);
        }

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            Tensor codes = codes(in.weights(), "embedding", 3);
            Tensor encoded = in.get("encoded", -1, -1, codes.size(2));
            if (encoded.size(1) % codes.size(0) != 0) {
                throw new RequestException("bottleneck-soft-vq: the " + codes.size(0) + " codebooks of " + in.weights()
                        + " cannot share " + encoded.size(1) + " tokens evenly");
            }
            return quantize(new SoftVqBottleneck.Options(Math.toIntExact(codes.size(0)),
                    Math.toIntExact(codes.size(1)), temperature, normalize, entropyWeight),
                    "embedding", codes, encoded, in);
        }
    }

    @Command(name = "bottleneck-vq",
            description = "The VQ bottleneck: each token becomes the nearest code. The codebook is read from the "
                    + "weights, that of an autoencoder (quantize.embedding.weight) or alone (embedding.weight), [n, "
                    + "C].",
            footer = """
                    Input:
                      encoded [B, L, C]  the encoder's tokens
                    Outputs:
                      z [B, L, C]        latents
                      codes [B, L]       the nearest code's number
                      codebook []        the loss that pulls codes to tokens
                      commitment []      the loss that pulls tokens to codes, weighted
                      entropy []         the loss, weighted; none for the weight 0
                    Config:
                      dtype              float32 (default) or float64
                      normalize          whether tokens and codes are brought to length 1
                                         (default true)
                      commitment         weight of the loss (default 0.25)
                      entropyWeight      of the loss (default 0)

                    Example:
                      flowprior forward bottleneck-vq --weights autoencoder.pt \\
                          --input tokens.safetensors --output latents.safetensors""")
    record Vq(Numbers dtype, boolean normalize, double commitment, double entropyWeight) implements ForwardModule {

        Vq {
            new VqBottleneck.Options(1, normalize, commitment, entropyWeight);
        }

        Vq() {
            this(Numbers.FLOAT32, true, 0.25, 0);
        }

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            Tensor codes = codes(in.weights(), "embedding.weight", 2);
            Tensor encoded = in.get("encoded", -1, -1, codes.size(1));
            return quantize(new VqBottleneck.Options(Math.toIntExact(codes.size(0)), normalize, commitment,
                    entropyWeight), "embedding.weight", codes, encoded, in);
        }
    }
}
