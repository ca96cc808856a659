package org.flowprior.mar;

import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * The random numbers of a training step (App. C.4).
 *
 * @param orders  [B, L] int64, a permutation of 0 &hellip; L &minus; 1 for each image: its first M tokens are masked
 * @param masked  M, how many tokens are masked, the same for each image; 1 to L
 * @param dropped [B] bool, the images without their class; null for none
 * @param times   [m, B, L], as {@link MarHead#drawTimes} draws them; those of visible tokens have no effect
 * @param noise   [m, B, L, C], standard normal; that of visible tokens has no effect
 * @param dropout from which a model in training mode draws dropout, on the model's device; null for the device's
 *                default generator
 */
public record MarNoise(Tensor orders, long masked, Tensor dropped, Tensor times, Tensor noise, Generator dropout) {

    /** Numbers without a generator for dropout. */
    public MarNoise(Tensor orders, long masked, Tensor dropped, Tensor times, Tensor noise) {
        this(orders, masked, dropped, times, noise, null);
    }

    /**
     * Draws the numbers of a step, in the innermost scope.
     *
     * @param images  B
     * @param masks   draws orders, number of masked tokens and dropped labels on the CPU; null for the default generator
     * @param device  the model's
     * @param path    draws times and noise on that device; null for its default generator
     * @param dropout the record's component
     */
    public static MarNoise draw(Mar mar, long images, Generator masks, Device device, Generator path,
            Generator dropout) {
        try (NoGrad noGrad = new NoGrad()) {
            MarConfig config = mar.config();
            long tokens = config.tokens();
            long copies = config.head().multiplicity();
            Tensor orders = MarSampler.orders(images, tokens, masks);
            long masked = new MaskRatio(config.maskRatioMin()).draw(masks, tokens);
            Tensor dropped = Torch.rand(new long[] {images}, masks).into(uniform -> uniform.lt(config.labelDrop()));
            Tensor times = mar.head().drawTimes(path, device, copies, images, tokens);
            Tensor noise = Torch.randn(new long[] {copies, images, tokens, config.channels()}, path, DType.FLOAT32,
                    device);
            return new MarNoise(orders, masked, dropped, times, noise, dropout);
        }
    }

    /** Returns the numbers of some of the images, as views in the innermost scope; the generator is the same. */
    public MarNoise part(long from, long images) {
        return new MarNoise(orders.narrow(0, from, images), masked,
                dropped == null ? null : dropped.narrow(0, from, images), times.narrow(1, from, images),
                noise.narrow(1, from, images), dropout);
    }

    /** Returns these numbers with every image keeping its class. */
    public MarNoise withAllLabels() {
        return new MarNoise(orders, masked, null, times, noise, dropout);
    }

    /** Returns which tokens are masked, [B, L] bool. */
    public Tensor mask() {
        Tensor mask = Torch.zeros(orders.shape(), DType.BOOL, orders.device());
        return orders.narrow(1, 0, masked).into(first -> mask.scatter_(1, first, 1));
    }
}
