package org.flowprior.train.autoencoder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderLoss;
import org.flowprior.autoencoder.Discriminator;
import org.flowprior.config.RequestException;
import org.flowprior.flow.FlowPrior;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.train.Fingerprint;

/** All networks of the training on their device: autoencoder, discriminator, and the frozen ones of the losses. */
final class AutoencoderNetworks implements AutoCloseable {

    private final AutoencoderTrainingConfig config;
    private final Autoencoder autoencoder;
    private final AutoencoderLossNetworks losses;

    /** Takes over networks on the config's device. */
    AutoencoderNetworks(AutoencoderTrainingConfig config, Autoencoder autoencoder, AutoencoderLossNetworks losses) {
        this.config = config;
        this.autoencoder = autoencoder;
        this.losses = losses;
    }

    /**
     * Makes the networks with initial weights from the config's files or the seed.
     *
     * @param fresh whether to read also the weights that a checkpoint has
     * @throws RequestException         if parts do not fit together
     * @throws IllegalArgumentException if a file is not what the config says
     */
    static AutoencoderNetworks create(AutoencoderTrainingConfig config, boolean fresh) {
        Device device = Device.of(config.device());
        AutoencoderLossNetworks losses;
        try (Generator initial = generator(config, "discriminator.weights")) {
            losses = AutoencoderLossNetworks.open(config.loss(), config.model().imageSize(),
                    config.model().latentChannels(), initial);
        }
        Autoencoder autoencoder = null;
        try (Generator initial = generator(config, "weights")) {
            autoencoder = new Autoencoder(config.model().sizes(), initial);
            if (fresh) {
                scale(autoencoder, config.model().initialization());
                load(autoencoder, config.model());
            }
            autoencoder.gradCheckpointing(config.training().checkpointing()).to(device);
            return new AutoencoderNetworks(config, autoencoder, losses.to(device));
        } catch (RuntimeException e) {
            losses.close();
            if (autoencoder != null) {
                autoencoder.close();
            }
            throw e;
        }
    }

    private static Generator generator(AutoencoderTrainingConfig config, String purpose) {
        return Generator.seeded(Seeds.derive(config.seed(), "autoencoder." + purpose));
    }

    /** Scales initial weights from the official deviation to that of the config. */
    private static void scale(Autoencoder autoencoder, AutoencoderModelConfig.Initialization wanted) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            autoencoder.namedParameters().forEach((key, weight) -> {
                if (key.matches("(en|de)coder\\.model\\.blocks\\..*\\.weight") && weight.dim() == 2) {
                    weight.mul_(wanted.linear() / AutoencoderModelConfig.Initialization.OFFICIAL);
                } else if (key.matches("(en|de)coder\\..*(pos_embed|latent_tokens|mask_token)")) {
                    weight.mul_(wanted.positions() / AutoencoderModelConfig.Initialization.OFFICIAL);
                }
            });
        }
    }

    private static void load(Autoencoder autoencoder, AutoencoderModelConfig model) {
        if (!model.encoder().weights().isEmpty()) {
            autoencoder.encoder().model().load(Path.of(model.encoder().weights()));
        }
        if (!model.decoder().weights().isEmpty()) {
            autoencoder.decoder().model().load(Path.of(model.decoder().weights()));
        }
        if (autoencoder.repa() != null) {
            autoencoder.repa().model().load(Path.of(model.repa().model().weights()));
        }
    }

    /**
     * Checks that the files that the config needs exist, and that the prior is for the config's latents.
     *
     * @throws RequestException         with the key of the first that is wrong
     * @throws IllegalArgumentException if the prior's file is not a prior
     */
    static void requireFiles(AutoencoderTrainingConfig config) {
        AutoencoderModelConfig model = config.model();
        Map<String, String> files = frozenFiles(config);
        AutoencoderLossNetworks.requireNamed(files);
        files.put("model.encoder.weights", model.encoder().weights());
        files.put("model.decoder.weights", model.decoder().weights());
        files.put("loss.alignment.prior", config.loss().alignment().prior());
        files.forEach((key, file) -> {
            if (!file.isEmpty() && !Files.isRegularFile(Path.of(file))) {
                throw new RequestException("no such file: " + file + " (" + key + ")");
            }
        });
        if (!config.loss().alignment().prior().isEmpty()) {
            AutoencoderLossNetworks.readPrior(config.loss(), model.latentChannels()).close();
        }
    }

    /** Returns the files of the networks that training needs and does not change, by their keys in the config. */
    private static Map<String, String> frozenFiles(AutoencoderTrainingConfig config) {
        Map<String, String> files = AutoencoderLossNetworks.files(config.loss());
        if (config.model().repa().weight() > 0) {
            files.put("model.repa.model.weights", config.model().repa().model().weights());
        }
        return files;
    }

    /** Returns the fingerprints of the files that a run reads again when it continues, by their keys in the config. */
    static Map<String, Fingerprint> fingerprints(AutoencoderTrainingConfig config) throws IOException {
        Map<String, String> files = frozenFiles(config);
        files.put("loss.alignment.prior", config.loss().alignment().prior());
        files.values().removeIf(String::isEmpty);
        Map<String, Fingerprint> fingerprints = new LinkedHashMap<>();
        for (Map.Entry<String, String> file : files.entrySet()) {
            fingerprints.put(file.getKey(), Fingerprint.ofFile(Path.of(file.getValue())));
        }
        return fingerprints;
    }

    /** Returns the autoencoder. */
    Autoencoder autoencoder() {
        return autoencoder;
    }

    /** Returns the discriminator, or null. */
    Discriminator discriminator() {
        return losses.discriminator();
    }

    /** Returns the flow prior, or null. */
    FlowPrior prior() {
        return losses.prior();
    }

    /** Returns a loss with these networks. */
    AutoencoderLoss newLoss() {
        return losses.newLoss().to(Device.of(config.device()));
    }

    /** Returns the weights that training changes, under the official keys. */
    Map<String, Tensor> trained() {
        Map<String, Tensor> trained = new LinkedHashMap<>(autoencoder.namedParameters());
        trained.values().removeIf(parameter -> !parameter.requiresGrad());
        return trained;
    }

    /** Turns the discriminator's gradients off for the autoencoder's half of a step, and on again for its own half. */
    void trainDiscriminator(boolean enabled) {
        if (discriminator() != null) {
            discriminator().requiresGrad_(enabled);
        }
    }

    @Override
    public void close() {
        losses.close();
        autoencoder.close();
    }
}
