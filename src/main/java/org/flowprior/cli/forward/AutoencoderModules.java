package org.flowprior.cli.forward;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderConfig;
import org.flowprior.autoencoder.KlBottleneck;
import org.flowprior.autoencoder.Repa;
import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Command;

/** The modules over an autoencoder: its encoder, its decoder, and both with the bottleneck between them. */
final class AutoencoderModules {

    private AutoencoderModules() {}

    private static Autoencoder withoutRepa(Path weights) {
        return Autoencoder.read(weights, config -> config.withRepa(null));
    }

    /**
     * Returns the random numbers that an autoencoder of that config takes.
     *
     * @param noise the input with the noise of a KL bottleneck
     */
    static Autoencoder.Draws draws(ModuleInputs in, String noise, AutoencoderConfig config, long batch) {
        boolean noisy = config.bottleneck() instanceof KlBottleneck.Options;
        boolean shuffled = config.repa() != null && config.repa().align() == Repa.Align.AVG_1D_SHUFFLE;
        return new Autoencoder.Draws(
                noisy ? in.get(noise, batch, config.latentTokens(), config.latentChannels()) : null,
                shuffled ? in.get("permutation", config.repa().model().patches()).to(DType.INT64) : null);
    }

    private static Tensor images(Autoencoder autoencoder, ModuleInputs in) {
        int size = autoencoder.config().imageSize();
        return in.get("images", -1, 3, size, size);
    }

    @Command(name = "vit-encoder",
            description = "The encoder of an autoencoder: images to latent tokens, and what the bottleneck takes of "
                    + "them. Sizes are read from the weights; they are taken to have heads of 64 channels where the "
                    + "file does not say.",
            footer = """
                    Input:
                      images [B, 3, H, W]  in [-1, 1], of the autoencoder's size
                    Outputs:
                      tokens [B, L, D]     behind the transformer's last norm
                      encoded [B, L, C]    behind quant_conv: latents; for KL [B, L, 2 C], means
                                           and log variances
                    Config:
                      dtype                float32 (default) or float64

                    Example:
                      flowprior forward vit-encoder --weights autoencoder.pt \\
                          --input images.safetensors --output tokens.safetensors""")
    record VitEncoder(Numbers dtype) implements ForwardModule {

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            try (Autoencoder autoencoder = in.place(withoutRepa(in.weights())); NoGrad noGrad = new NoGrad()) {
                Tensor images = images(autoencoder, in);
                return Map.of("tokens", in.compute(() -> autoencoder.encoder().forward(images)),
                        "encoded", in.compute(() -> autoencoder.encoded(images)));
            }
        }
    }

    @Command(name = "vit-decoder",
            description = "The decoder of an autoencoder: latents to images. Sizes are read from the weights; they "
                    + "are taken to have heads of 64 channels where the file does not say.",
            footer = """
                    Input:
                      z [B, L, C]          latents
                    Output:
                      images [B, 3, H, W]  not clamped
                    Config:
                      dtype                float32 (default) or float64

                    Example:
                      flowprior forward vit-decoder --weights autoencoder.pt \\
                          --input latents.safetensors --output images.safetensors""")
    record VitDecoder(Numbers dtype) implements ForwardModule {

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            try (Autoencoder autoencoder = in.place(withoutRepa(in.weights())); NoGrad noGrad = new NoGrad()) {
                AutoencoderConfig sizes = autoencoder.config();
                Tensor z = in.get("z", -1, sizes.latentTokens(), sizes.latentChannels());
                return Map.of("images", in.compute(() -> autoencoder.decode(z)));
            }
        }
    }

    @Command(name = "autoencoder",
            description = "An autoencoder: images to latents and back, with the losses of its bottleneck. Sizes are "
                    + "read from the weights; of a file that does not state them, heads have 64 channels and options "
                    + "are the official ones.",
            footer = """
                    Inputs:
                      images [B, 3, H, W]  in [-1, 1], of the autoencoder's size
                      noise [B, L, C]      standard normal, for KL; the latents are the means
                                           without it
                      permutation [P]      of the patches from 0, for a representation alignment
                                           with align avg-1d-shuffle, in training
                    Outputs:
                      reconstruction [B, 3, H, W]
                                           not clamped
                      latents [B, L, C]    what the decoder took
                      codes [B, L]         of VQ and SoftVQ: the nearest code's number
                      loss.NAME []         weighted: kl (given noise); in training codebook,
                                           commitment, entropy, repa
                    Config:
                      dtype                float32 (default) or float64
                      training             whether there are the losses of training (default
                                           false)

                    Example:
                      flowprior forward autoencoder --weights autoencoder.pt \\
                          --input images.safetensors --output reconstructions.safetensors""")
    record Whole(Numbers dtype, boolean training) implements ForwardModule {

        Whole() {
            this(Numbers.FLOAT32, false);
        }

        @Override
        public Map<String, Tensor> forward(ModuleInputs in) {
            try (Autoencoder autoencoder = in.place(
                    training ? Autoencoder.read(in.weights()) : withoutRepa(in.weights()));
                    NoGrad noGrad = new NoGrad()) {
                autoencoder.train(training);
                Tensor images = images(autoencoder, in);
                if (autoencoder.config().bottleneck() instanceof KlBottleneck.Options && !in.has("noise")) {
                    Tensor latents = in.compute(() -> autoencoder.encode(images));
                    return Map.of("latents", latents,
                            "reconstruction", in.compute(() -> autoencoder.decode(latents)));
                }
                Autoencoder.Draws draws = draws(in, "noise", autoencoder.config(), images.size(0));
                Autoencoder.Output output = in.compute(() -> autoencoder.forward(images, draws));
                Map<String, Tensor> outputs = new HashMap<>(
                        Map.of("reconstruction", output.reconstruction(), "latents", output.latents()));
                output.losses().forEach((name, loss) -> outputs.put("loss." + name, loss));
                if (output.codes() != null) {
                    outputs.put("codes", output.codes());
                }
                return outputs;
            }
        }
    }
}
