package org.flowprior.cli.forward;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.flowprior.autoencoder.AdaptiveAnchors;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderFile;
import org.flowprior.autoencoder.AutoencoderLoss;
import org.flowprior.autoencoder.AutoencoderLossConfig;
import org.flowprior.autoencoder.AutoencoderNoise;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Module;
import org.flowprior.train.autoencoder.AutoencoderLossNetworks;
import picocli.CommandLine.Command;

/** {@code flowprior forward autoencoder-loss}: both losses of a training step and their gradients, for given noise. */
@Command(
        name = "autoencoder-loss",
        description = "The losses of an autoencoder and of its discriminator at a training step, and their gradients "
                + "with respect to every parameter, for given random numbers. --weights is the autoencoder's file.",
        footerHeading = "%n",
        footer = {
            "Inputs:",
            "  images [B, 3, H, W]     in [-1, 1]",
            "  latentNoise [B, L, C]   of a KL bottleneck, else unused",
            "  permutation [patches]   of a shuffled representation alignment",
            "  times [m, B, L]         of the alignment loss, in [0, 1] with t = 1 at",
            "                          the latents; m is loss.alignment.flowMul",
            "  noise [m, B, L, C]      of the alignment loss",
            "  VIEW.color [3, B]       uniform numbers in [0, 1): brightness,",
            "                          saturation, contrast",
            "  VIEW.translation [2, B] rows and columns",
            "  VIEW.hole [2, B]        rows and columns of the centre",
            "  VIEW.window [2]         row and column of the DINO discriminator's crop",
            "    VIEW is one of generated (reconstructions in the autoencoder's loss),",
            "    real, fake, strongReal, strongFake (in the discriminator's); what is",
            "    not given is not done",
            "Outputs:",
            "  reconstruction, latents",
            "  loss, discriminatorLoss       the weighted sums",
            "  term.NAME                     the terms of both, unweighted; those of",
            "                                the bottleneck weighted",
            "  grad.KEY, discriminatorGrad.KEY",
            "                                for each parameter that has a gradient",
            "Config:",
            "  step                    of training, from 1 (default 1)",
            "  dtype                   float32 (default) or float64",
            "  discriminator           file of the discriminator's weights; empty",
            "                          (default): random ones of seed 0",
            "  loss                    as in train-autoencoder; by default the mean",
            "                          squared difference alone",
            "",
            "Example:",
            "  flowprior forward autoencoder-loss --weights autoencoder.safetensors \\",
            "      --input images.safetensors --output losses.safetensors \\",
            "      --config losses.json"})
final class AutoencoderLossCommand extends ModuleCommand<AutoencoderLossCommand.Config> {

    /** The config's keys. */
    record Config(long step, Numbers dtype, String discriminator, AutoencoderLossConfig loss) {

        Config {
            if (step < 1) {
                throw new IllegalArgumentException("step must be at least 1, not " + step);
            }
        }
    }

    AutoencoderLossCommand() {
        super(Config.class);
    }

    @Override
    Numbers numbers(Config config) {
        return config.dtype();
    }

    @Override
    Map<String, Tensor> forward(Config config, InputTensors in) {
        try (Autoencoder autoencoder = AutoencoderFile.read(weights());
                Generator initial = Generator.seeded(0);
                AutoencoderLossNetworks networks = AutoencoderLossNetworks.open(config.loss(),
                        autoencoder.config().imageSize(), autoencoder.config().latentChannels(), initial)) {
            if (networks.discriminator() != null && !config.discriminator().isEmpty()) {
                networks.discriminator().load(Path.of(config.discriminator()));
            }
            networks.to(config.dtype().dtype).to(in.device());
            autoencoder.to(in.dtype()).to(in.device()).train();
            try (AutoencoderLoss loss = networks.newLoss().to(in.device())) {
                return outputs(config, in, autoencoder, networks, loss);
            }
        }
    }

    private Map<String, Tensor> outputs(Config config, InputTensors in, Autoencoder autoencoder,
                                        AutoencoderLossNetworks networks, AutoencoderLoss loss) {
        int size = autoencoder.config().imageSize();
        Tensor images = in.get("images", -1, 3, size, size);
        AutoencoderNoise noise = NoiseTensors.read(in, autoencoder.config(), config.loss(), images.size(0));
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        put(outputs, "loss", "grad.", autoencoder, in, () -> {
            Autoencoder.Output output = autoencoder.forward(images, noise.latents());
            outputs.put("reconstruction", output.reconstruction());
            outputs.put("latents", output.latents());
            return loss.generator(config.step(), images, output, AdaptiveAnchors.of(autoencoder), noise);
        });
        if (networks.discriminator() != null) {
            Tensor reconstruction = outputs.get("reconstruction");
            networks.discriminator().zeroGrad();
            put(outputs, "discriminatorLoss", "discriminatorGrad.", networks.discriminator(), in,
                    () -> loss.discriminator(config.step(), images, reconstruction, noise));
        }
        return outputs;
    }

    private void put(Map<String, Tensor> outputs, String name, String prefix, Module module, InputTensors in,
                     Supplier<AutoencoderLoss.Value> value) {
        Map<String, Tensor> terms = new LinkedHashMap<>();
        Tensor total = inPrecision(in, () -> {
            AutoencoderLoss.Value computed = value.get();
            terms.putAll(computed.terms());
            return computed.total();
        });
        total.backward();
        outputs.put(name, total);
        terms.forEach((term, tensor) -> outputs.put("term." + term, tensor));
        module.namedParameters().forEach((key, parameter) -> {
            Tensor gradient = parameter.grad();
            if (gradient != null) {
                outputs.put(prefix + key, gradient.clone());
            }
        });
    }
}
