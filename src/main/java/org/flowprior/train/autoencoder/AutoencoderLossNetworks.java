package org.flowprior.train.autoencoder;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.autoencoder.AutoencoderLoss;
import org.flowprior.autoencoder.AutoencoderLossConfig;
import org.flowprior.autoencoder.DinoDiscriminator;
import org.flowprior.autoencoder.Discriminator;
import org.flowprior.autoencoder.Lpips;
import org.flowprior.autoencoder.MaskBitDiscriminator;
import org.flowprior.autoencoder.PatchGanDiscriminator;
import org.flowprior.autoencoder.StyleGanDiscriminator;
import org.flowprior.config.RequestException;
import org.flowprior.flow.FlowPrior;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;

/** The networks of a config's losses: LPIPS, discriminator and prior. Those that the config does not need are null. */
public final class AutoencoderLossNetworks implements AutoCloseable {

    private final AutoencoderLossConfig config;
    private Discriminator discriminator;
    private Lpips lpips;
    private FlowPrior prior;

    /** Takes over the networks. */
    AutoencoderLossNetworks(AutoencoderLossConfig config, Discriminator discriminator, Lpips lpips, FlowPrior prior) {
        this.config = config;
        this.discriminator = discriminator;
        this.lpips = lpips;
        this.prior = prior;
    }

    /**
     * Makes the networks, float32 on the CPU, with weights from the config's files.
     *
     * @param imageSize      height and width of the images
     * @param latentChannels channels of a latent token
     * @param generator      generator of the discriminator's initial weights
     * @throws RequestException         if a file is not named, or the prior does not fit the latents
     * @throws IllegalArgumentException if a file is not what the config says
     */
    public static AutoencoderLossNetworks open(AutoencoderLossConfig config, int imageSize, int latentChannels,
            Generator generator) {
        requireNamed(files(config));
        AutoencoderLossNetworks networks = new AutoencoderLossNetworks(config, null, null, null);
        try {
            networks.open(imageSize, latentChannels, generator);
            return networks;
        } catch (RuntimeException e) {
            networks.close();
            throw e;
        }
    }

    private void open(int imageSize, int latentChannels, Generator generator) {
        prior = config.alignment().prior().isEmpty() ? null : readPrior(config, latentChannels);
        AutoencoderLossConfig.Adversarial adversarial = config.adversarial();
        discriminator = switch (adversarial.discriminator()) {
            case NONE -> null;
            case DINO -> DinoDiscriminator.over(Path.of(adversarial.backbone()), generator);
            case PATCHGAN -> new PatchGanDiscriminator(generator);
            case MASKBIT -> new MaskBitDiscriminator(generator);
            case STYLEGAN -> new StyleGanDiscriminator(imageSize, generator);
        };
        if (config.perceptual().weight() > 0) {
            lpips = Lpips.of(Path.of(config.perceptual().vgg()), Path.of(config.perceptual().heads()))
                    .dropout(config.perceptual().dropout());
        }
    }

    /**
     * Reads the config's prior.
     *
     * @throws RequestException         if it is for other latents
     * @throws IllegalArgumentException if the file is not a prior
     */
    static FlowPrior readPrior(AutoencoderLossConfig config, int latentChannels) {
        FlowPrior prior = FlowPrior.read(Path.of(config.alignment().prior()));
        if (prior.dimension() != latentChannels) {
            prior.close();
            throw new RequestException(config.alignment().prior() + " is a prior of " + prior.dimension()
                    + " channels, the latents have " + latentChannels + "; set model.latentChannels");
        }
        return prior;
    }

    /** Returns the files that the losses need by their keys in the config; empty if the config does not name one. */
    static Map<String, String> files(AutoencoderLossConfig config) {
        Map<String, String> files = new LinkedHashMap<>();
        if (config.perceptual().weight() > 0) {
            files.put("loss.perceptual.vgg", config.perceptual().vgg());
            files.put("loss.perceptual.heads", config.perceptual().heads());
        }
        if (config.adversarial().discriminator() == AutoencoderLossConfig.DiscriminatorKind.DINO) {
            files.put("loss.adversarial.backbone", config.adversarial().backbone());
        }
        if (config.alignment().weight() > 0) {
            files.put("loss.alignment.prior", config.alignment().prior());
        }
        return files;
    }

    /** Throws a {@link RequestException} for the first key without a file. */
    static void requireNamed(Map<String, String> files) {
        files.forEach((key, file) -> {
            if (file.isEmpty()) {
                throw new RequestException("the config asks for a loss whose network it does not name: set " + key
                        + " to a file, or its loss's weight to 0");
            }
        });
    }

    /** Returns the discriminator, or null. */
    public Discriminator discriminator() {
        return discriminator;
    }

    /** Returns the flow prior, or null. */
    public FlowPrior prior() {
        return prior;
    }

    /** Returns a loss with these networks, on the CPU. */
    public AutoencoderLoss newLoss() {
        return new AutoencoderLoss(config, lpips, discriminator, prior);
    }

    /** Moves all networks to a device. Returns this. */
    public AutoencoderLossNetworks to(Device device) {
        if (prior != null) {
            prior.to(device);
        }
        if (discriminator != null) {
            discriminator.to(device);
        }
        if (lpips != null) {
            lpips.to(device);
        }
        return this;
    }

    /** Casts all networks to a dtype. Returns this. */
    public AutoencoderLossNetworks to(DType dtype) {
        if (prior != null) {
            prior.model().network().to(dtype);
        }
        if (discriminator instanceof DinoDiscriminator dino) {
            dino.backbone().to(dtype);
        }
        if (discriminator != null) {
            discriminator.to(dtype);
        }
        if (lpips != null) {
            lpips.to(dtype);
        }
        return this;
    }

    @Override
    public void close() {
        try (FlowPrior first = prior; Discriminator second = discriminator; Lpips third = lpips) {
            // Closes those that are not null.
        }
    }
}
