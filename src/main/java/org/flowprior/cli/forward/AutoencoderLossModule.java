package org.flowprior.cli.forward;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.flowprior.autoencoder.AdaptiveAnchors;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderConfig;
import org.flowprior.autoencoder.AutoencoderFile;
import org.flowprior.autoencoder.AutoencoderLoss;
import org.flowprior.autoencoder.AutoencoderLossConfig;
import org.flowprior.autoencoder.AutoencoderNoise;
import org.flowprior.autoencoder.DiffAugment;
import org.flowprior.autoencoder.Discriminator;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Module;
import org.flowprior.train.autoencoder.AutoencoderLossNetworks;
import org.flowprior.train.autoencoder.AutoencoderTrainingConfig;
import picocli.CommandLine.Command;

/** {@code flowprior forward autoencoder-loss}: both losses of a training step and their gradients, for given noise. */
@Command(name = "autoencoder-loss",
        description = "The losses of an autoencoder and of its discriminator at a training step, and their gradients "
                + "with respect to every parameter, for given random numbers. --weights is the autoencoder's file.",
        footer = """
                Inputs:
                  images [B, 3, H, W]     in [-1, 1]
                  latentNoise [B, L, C]   of a KL bottleneck, else unused
                  permutation [patches]   of a shuffled representation alignment
                  times [m, B, L]         of the alignment loss, in [0, 1] with t = 1 at
                                          the latents; m is loss.alignment.flowMul
                  noise [m, B, L, C]      of the alignment loss
                  VIEW.color [3, B]       uniform numbers in [0, 1): brightness,
                                          saturation, contrast
                  VIEW.translation [2, B] rows and columns
                  VIEW.hole [2, B]        rows and columns of the centre
                  VIEW.window [2]         row and column of the DINO discriminator's crop
                    VIEW is one of generated (reconstructions in the autoencoder's loss),
                    real, fake, strongReal, strongFake (in the discriminator's); what is
                    not given is not done
                Outputs:
                  reconstruction, latents
                  loss, discriminatorLoss       the weighted sums
                  term.NAME                     the terms of both, unweighted; those of
                                                the bottleneck weighted
                  grad.KEY, discriminatorGrad.KEY
                                                for each parameter that has a gradient
                Config:
                  step                    of training, from 1 (default 1)
                  dtype                   float32 (default) or float64
                  discriminator           file of the discriminator's weights; empty
                                          (default): random ones of seed 0
                  loss                    as in train-autoencoder; by default the mean
                                          squared difference alone

                Example:
                  flowprior forward autoencoder-loss --weights autoencoder.safetensors \\
                      --input images.safetensors --output losses.safetensors \\
                      --config losses.json""")
record AutoencoderLossModule(long step, Numbers dtype, String discriminator, AutoencoderLossConfig loss)
        implements ForwardModule {

    AutoencoderLossModule {
        if (step < 1) {
            throw new IllegalArgumentException("step must be at least 1, not " + step);
        }
    }

    AutoencoderLossModule() {
        this(1, Numbers.FLOAT32, "", AutoencoderTrainingConfig.loader().load("quick", List.of()).loss());
    }

    @Override
    public Map<String, Tensor> forward(ModuleInputs in) {
        try (Autoencoder autoencoder = AutoencoderFile.read(in.weights());
                Generator initial = Generator.seeded(0);
                AutoencoderLossNetworks networks = AutoencoderLossNetworks.open(loss,
                        autoencoder.config().imageSize(), autoencoder.config().latentChannels(), initial)) {
            if (networks.discriminator() != null && !discriminator.isEmpty()) {
                networks.discriminator().load(Path.of(discriminator));
            }
            networks.to(in.dtype()).to(in.device());
            in.place(autoencoder).train();
            try (AutoencoderLoss losses = networks.newLoss().to(in.device())) {
                return outputs(in, autoencoder, networks.discriminator(), losses);
            }
        }
    }

    private Map<String, Tensor> outputs(ModuleInputs in, Autoencoder autoencoder, Discriminator adversary,
            AutoencoderLoss losses) {
        int size = autoencoder.config().imageSize();
        Tensor images = in.get("images", -1, 3, size, size);
        AutoencoderNoise noise = noise(in, autoencoder.config(), images.size(0));
        Map<String, Tensor> outputs = new HashMap<>();
        put(outputs, "loss", "grad.", autoencoder, in, () -> {
            Autoencoder.Output output = autoencoder.forward(images, noise.latents());
            outputs.put("reconstruction", output.reconstruction());
            outputs.put("latents", output.latents());
            return losses.generator(step, images, output, AdaptiveAnchors.of(autoencoder), noise);
        });
        if (adversary != null) {
            Tensor reconstruction = outputs.get("reconstruction");
            adversary.zeroGrad();
            put(outputs, "discriminatorLoss", "discriminatorGrad.", adversary, in,
                    () -> losses.discriminator(step, images, reconstruction, noise));
        }
        return outputs;
    }

    /** Returns the random numbers of the step from the input file. */
    private AutoencoderNoise noise(ModuleInputs in, AutoencoderConfig config, long batch) {
        long tokens = config.latentTokens();
        long channels = config.latentChannels();
        long draws = loss.alignment().flowMul();
        boolean aligned = !loss.alignment().prior().isEmpty();
        return new AutoencoderNoise(AutoencoderModules.draws(in, "latentNoise", config, batch),
                aligned ? in.get("times", draws, batch, tokens) : null,
                aligned ? in.get("noise", draws, batch, tokens, channels) : null,
                view(in, "generated", batch), view(in, "real", batch), view(in, "fake", batch),
                view(in, "strongReal", batch), view(in, "strongFake", batch), null);
    }

    private static AutoencoderNoise.View view(ModuleInputs in, String name, long batch) {
        DiffAugment.Draws draws = DiffAugmentModule.draws(rows(in, name + ".color", 3, batch),
                rows(in, name + ".translation", 2, batch), rows(in, name + ".hole", 2, batch));
        return new AutoencoderNoise.View(draws, DiscriminatorModules.window(in, name + ".window"));
    }

    private static List<Tensor> rows(ModuleInputs in, String name, long rows, long batch) {
        return in.has(name) ? in.get(name, rows, batch).unbind(0) : null;
    }

    private static void put(Map<String, Tensor> outputs, String name, String prefix, Module module, ModuleInputs in,
            Supplier<AutoencoderLoss.Value> value) {
        AutoencoderLoss.Value computed = in.compute(value);
        computed.total().backward();
        outputs.put(name, computed.total());
        computed.terms().forEach((term, tensor) -> outputs.put("term." + term, tensor));
        ForwardModule.putGradients(outputs, prefix, module);
    }
}
