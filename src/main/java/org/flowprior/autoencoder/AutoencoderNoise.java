package org.flowprior.autoencoder;

import java.util.function.UnaryOperator;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * All random numbers of one training step, drawn by {@link #draw} or given.
 *
 * @param latents    of the autoencoder's forward
 * @param times      of the alignment loss, [m, B, L], m draws for each latent token, in [0, 1) with 1 at the latents;
 *                   null without a prior
 * @param noise      of the alignment loss, standard normal, [m, B, L, C]; null without a prior
 * @param generated  what the discriminator sees of reconstructions in the autoencoder's step; null without one, as the
 *                   next
 * @param real       what it sees of the images in its own step
 * @param fake       what it sees of reconstructions in its own step
 * @param strongReal what it sees of the images for the consistency loss; null without that
 * @param strongFake what it sees of reconstructions for the consistency loss; null without that
 * @param dropout    draws what LPIPS drops, on the device of the losses; unused without dropout; null for the default
 *                   generator
 */
public record AutoencoderNoise(LatentDraws latents, Tensor times, Tensor noise, View generated, View real, View fake,
                               View strongReal, View strongFake, Generator dropout) {

    /**
     * How a discriminator sees a batch.
     *
     * @param augmentation random numbers of DiffAugment
     * @param window       what of the images it looks at
     */
    public record View(DiffAugment.Draws augmentation, DiscriminatorWindow window) {

        /** Images as they are. */
        public static final View PLAIN = new View(DiffAugment.Draws.NONE, DiscriminatorWindow.WHOLE);
    }

    /**
     * The generators of each purpose.
     *
     * @param latents       of the autoencoder's forward, on its device
     * @param alignment     of times and noise, on the CPU, so that every device has the same numbers
     * @param discriminator of augmentations and windows, on the CPU
     * @param dropout       of what LPIPS drops, on the device of the losses
     */
    public record Generators(Generator latents, Generator alignment, Generator discriminator, Generator dropout) {}

    /**
     * Draws the numbers of a step. Of the generator for the latents, {@link Autoencoder#draw}; of that for
     * the alignment, the times, then the noise; of that for the discriminator, for generated, real, fake,
     * strongReal and strongFake in this order, the augmentation and then the window.
     *
     * @param images [B, 3, H, W], float32 on the CPU: for their number and size
     */
    public static AutoencoderNoise draw(Tensor images, Autoencoder autoencoder, AutoencoderLoss loss,
                                        Generators generators) {
        AutoencoderConfig config = autoencoder.config();
        long draws = loss.config().alignment().flowMul();
        long[] tokens = {draws, images.size(0), config.latentTokens()};
        Generator g = generators.discriminator();
        return new AutoencoderNoise(
                autoencoder.draw(images.size(0), generators.latents()),
                loss.isAligned() ? Torch.rand(tokens, generators.alignment()) : null,
                loss.isAligned() ? Torch.randn(new long[] {tokens[0], tokens[1], tokens[2], config.latentChannels()},
                        generators.alignment()) : null,
                loss.drawView(images, DiffAugment.WEAK, g), loss.drawView(images, DiffAugment.WEAK, g),
                loss.drawView(images, DiffAugment.WEAK, g),
                loss.isConsistent() ? loss.drawView(images, DiffAugment.STRONG, g) : null,
                loss.isConsistent() ? loss.drawView(images, DiffAugment.STRONG, g) : null, generators.dropout());
    }

    /** The numbers of {@code count} images from that one on, on that device. */
    public AutoencoderNoise part(long from, long count, Device device) {
        UnaryOperator<Tensor> images = t -> t == null ? null : t.narrow(0, from, count).to(device, t.dtype());
        UnaryOperator<Tensor> copies = t -> t == null ? null : t.narrow(1, from, count).to(device, t.dtype());
        Tensor permutation = latents.permutation();
        return new AutoencoderNoise(
                new LatentDraws(images.apply(latents.noise()),
                        permutation == null ? null : permutation.to(device, DType.INT64)),
                copies.apply(times), copies.apply(noise), part(generated, images), part(real, images),
                part(fake, images), part(strongReal, images), part(strongFake, images),
                dropout);
    }

    private static View part(View view, UnaryOperator<Tensor> part) {
        if (view == null) {
            return null;
        }
        DiffAugment.Draws draws = view.augmentation();
        DiffAugment.Color color = draws.color();
        DiffAugment.Translation shift = draws.translation();
        DiffAugment.Hole hole = draws.hole();
        return new View(new DiffAugment.Draws(
                color == null ? null : new DiffAugment.Color(part.apply(color.brightness()),
                        part.apply(color.saturation()), part.apply(color.contrast())),
                shift == null ? null : new DiffAugment.Translation(part.apply(shift.rows()),
                        part.apply(shift.columns())),
                hole == null ? null : new DiffAugment.Hole(part.apply(hole.rows()), part.apply(hole.columns()))),
                view.window());
    }
}
