package org.flowprior.autoencoder;

import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Module;

/**
 * LeCam regularisation of a discriminator (Tseng et al., 2021, Eq. 8): keeps its logits of images close to a moving
 * average of those of reconstructions, and the other way round. Agrees with the official {@code LeCAM_EMA} and
 * {@code lecam_reg}.
 *
 * <p>The averages are the buffers {@code real} and {@code fake}, so that a checkpoint keeps them; the official code
 * loses them when a run resumes.
 */
public final class LeCam extends Module {

    private static final double DECAY = 0.999;

    private final Tensor real;
    private final Tensor fake;

    /** Starts with averages of 0. */
    public LeCam() {
        real = registerBuffer("real", Torch.zeros(new long[0], DType.FLOAT64), true);
        fake = registerBuffer("fake", Torch.zeros(new long[0], DType.FLOAT64), true);
    }

    /** Moves the averages by a thousandth towards the means of these logits. */
    public void update(Tensor realLogits, Tensor fakeLogits) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            real.lerp_(realLogits.mean(DType.FLOAT64), 1 - DECAY);
            fake.lerp_(fakeLogits.mean(DType.FLOAT64), 1 - DECAY);
        }
    }

    /**
     * Returns the mean of relu(real &minus; average of fake)&sup2; plus that of relu(average of real &minus;
     * fake)&sup2;. The averages have no gradient; the official code calls {@link #update} with the same logits first.
     *
     * @return a scalar of the logits' dtype
     */
    public Tensor loss(Tensor realLogits, Tensor fakeLogits) {
        return Scope.returning(() -> realLogits.sub(fake).relu().square().mean()
                .add(real.sub(fakeLogits).relu().square().mean()));
    }
}
