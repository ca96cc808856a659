package org.flowprior.autoencoder;

import java.util.function.UnaryOperator;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * All random numbers of a training step, given or from {@link #draw}.
 *
 * @param latents    of the autoencoder's forward
 * @param times      of the alignment loss, [m, B, L], m draws for each latent token, in [0, 1) with 1 at the latents;
 *                   null without a prior
 * @param noise      of the alignment loss, standard normal, [m, B, L, C]; null without a prior
 * @param generated  the discriminator's view of reconstructions in the autoencoder's step; null without a
 *                   discriminator, like the next two
 * @param real       its view of the images in its own step
 * @param fake       its view of reconstructions in its own step
 * @param strongReal its view of the images for the consistency loss; null without that loss
 * @param strongFake its view of reconstructions for the consistency loss; null without that loss
 * @param dropout    draws the dropout of LPIPS, on the device of the losses; unused without dropout; null for the
 *                   default generator
 */
public record AutoencoderNoise(Autoencoder.Draws latents, Tensor times, Tensor noise, View generated, View real,
        View fake,
        View strongReal, View strongFake, Generator dropout) {

    /**
     * How a discriminator sees a batch.
     *
     * @param augmentation random numbers of DiffAugment
     * @param window       the part of the images that it sees
     */
    public record View(DiffAugment.Draws augmentation, Discriminator.Window window) {

        /** Whole images without augmentation. */
        public static final View PLAIN = new View(DiffAugment.Draws.NONE, Discriminator.Window.WHOLE);
    }

    /**
     * One generator for each purpose.
     *
     * @param latents       for the autoencoder's forward pass, on its device
     * @param alignment     for times and noise, on the CPU, so that all devices get the same numbers
     * @param discriminator for augmentations and windows, on the CPU
     * @param dropout       for the dropout of LPIPS, on the device of the losses
     */
    public record Generators(Generator latents, Generator alignment, Generator discriminator, Generator dropout) {}

    /**
     * Draws the numbers of a step: from the generator for the latents, {@link Autoencoder#draw}; from that for the
     * alignment, times, then noise; from that for the discriminator, for each of generated, real, fake, strongReal and
     * strongFake, the augmentation, then the window.
     *
     * @param images [B, 3, H, W], float32 on the CPU; only their number and size are used
     */
    public static AutoencoderNoise draw(Tensor images, Autoencoder autoencoder, AutoencoderLoss loss,
            Generators generators) {
        AutoencoderConfig config = autoencoder.config();
        long draws = loss.config().alignment().flowMul();
        long batch = images.size(0);
        Generator g = generators.discriminator();
        return new AutoencoderNoise(autoencoder.draw(batch, generators.latents()),
                loss.isAligned()
                        ? Torch.rand(new long[] {draws, batch, config.latentTokens()}, generators.alignment())
                        : null,
                loss.isAligned()
                        ? Torch.randn(new long[] {draws, batch, config.latentTokens(), config.latentChannels()},
                                generators.alignment())
                        : null,
                loss.drawView(images, DiffAugment.WEAK, g), loss.drawView(images, DiffAugment.WEAK, g),
                loss.drawView(images, DiffAugment.WEAK, g),
                loss.isConsistent() ? loss.drawView(images, DiffAugment.STRONG, g) : null,
                loss.isConsistent() ? loss.drawView(images, DiffAugment.STRONG, g) : null, generators.dropout());
    }

    /** Returns the numbers of {@code count} images, starting with number {@code from}, on that device. */
    public AutoencoderNoise part(long from, long count, Device device) {
        UnaryOperator<Tensor> images = t -> t == null ? null : t.narrow(0, from, count).to(device, t.dtype());
        UnaryOperator<Tensor> copies = t -> t == null ? null : t.narrow(1, from, count).to(device, t.dtype());
        Tensor permutation = latents.permutation();
        return new AutoencoderNoise(
                new Autoencoder.Draws(images.apply(latents.noise()),
                        permutation == null ? null : permutation.to(device, DType.INT64)),
                copies.apply(times), copies.apply(noise), part(generated, images), part(real, images),
                part(fake, images), part(strongReal, images), part(strongFake, images), dropout);
    }

    private static View part(View view, UnaryOperator<Tensor> part) {
        return view == null ? null : new View(view.augmentation().map(part), view.window());
    }
}
