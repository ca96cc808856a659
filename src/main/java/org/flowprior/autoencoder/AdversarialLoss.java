package org.flowprior.autoencoder;

import java.util.List;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Losses of a discriminator and of its generator. Logits may have any shape; losses are scalars. */
public enum AdversarialLoss {

    /** Hinge with margins of 1; the generator's is minus the mean logit (Lim and Ye, 2017). All presets use it. */
    HINGE {
        @Override
        Tensor ofDiscriminator(Tensor real, Tensor fake) {
            return half(real.neg().add(1).relu().mean(), fake.add(1).relu().mean());
        }

        @Override
        Tensor ofGenerator(Tensor fake) {
            return fake.mean().neg();
        }
    },

    /** Cross entropy; the generator's is its negative: the game of Goodfellow et al. (2014), Eq. 1. */
    VANILLA {
        @Override
        Tensor ofGenerator(Tensor fake) {
            return Functional.softplus(fake).mean().neg();
        }
    },

    /** Cross entropy; the generator's is minus the mean log probability of "real" (ibid., Sec. 3). */
    NON_SATURATING {
        @Override
        Tensor ofGenerator(Tensor fake) {
            return Functional.softplus(fake.neg()).mean();
        }
    },

    /**
     * The official code's {@code non_saturating}, only to check against its numbers, not for training. Its cross
     * entropies exchange logits and targets: losses of logits &#8467; are the mean of 1 &minus; &#8467; + ln(1 + 1/e),
     * and the fake logits add a constant to the discriminator's.
     */
    OFFICIAL_NON_SATURATING {
        @Override
        Tensor ofDiscriminator(Tensor real, Tensor fake) {
            return half(ofGenerator(real), fake.mul(0).mean().add(Math.log(2)));
        }

        @Override
        Tensor ofGenerator(Tensor fake) {
            return fake.mean().neg().add(1 + Math.log1p(Math.exp(-1)));
        }
    };

    /** Cross entropy, unless overridden. */
    Tensor ofDiscriminator(Tensor real, Tensor fake) {
        return half(Functional.softplus(real.neg()).mean(), Functional.softplus(fake).mean());
    }

    abstract Tensor ofGenerator(Tensor fake);

    /** Returns the discriminator's loss: half from the logits of images, half from those of reconstructions. */
    public Tensor discriminator(Tensor real, Tensor fake) {
        return Scope.returning(() -> ofDiscriminator(real, fake));
    }

    /** Returns the generator's loss for the logits of its reconstructions. */
    public Tensor generator(Tensor fake) {
        return Scope.returning(() -> ofGenerator(fake));
    }

    /**
     * Returns the consistency loss: the mean squared difference between the logits of weakly and strongly augmented
     * images and reconstructions. Gradients flow to both sides.
     */
    public static Tensor consistency(Tensor real, Tensor fake, Tensor strongReal, Tensor strongFake) {
        return Scope.returning(
                () -> Functional.mseLoss(Torch.cat(List.of(real, fake)), Torch.cat(List.of(strongReal, strongFake))));
    }

    private static Tensor half(Tensor a, Tensor b) {
        return a.add(b).mul(0.5);
    }
}
