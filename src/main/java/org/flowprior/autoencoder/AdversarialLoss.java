package org.flowprior.autoencoder;

import java.util.List;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * What a discriminator's logits cost it and the generator. Logits may have any shape; losses are scalars.
 */
public enum AdversarialLoss {

    /** Margins of 1, and for the generator minus the mean logit (Lim and Ye, 2017): what all presets take. */
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

    /** Cross entropy, and for the generator its negative: the game of Goodfellow et al. (2014), Eq. 1. */
    VANILLA {
        @Override
        Tensor ofDiscriminator(Tensor real, Tensor fake) {
            return crossEntropy(real, fake);
        }

        @Override
        Tensor ofGenerator(Tensor fake) {
            return Functional.softplus(fake).mean().neg();
        }
    },

    /** Cross entropy, and for the generator minus the mean logarithm of being taken for real (ibid., Sec. 3). */
    NON_SATURATING {
        @Override
        Tensor ofDiscriminator(Tensor real, Tensor fake) {
            return crossEntropy(real, fake);
        }

        @Override
        Tensor ofGenerator(Tensor fake) {
            return Functional.softplus(fake.neg()).mean();
        }
    },

    /**
     * The official code's {@code non_saturating}, kept to check against its numbers: logits and targets are exchanged
     * in its cross entropies, so that losses on logits &#8467; are the mean of 1 &minus; &#8467; + ln(1 + 1/e), and the
     * fake logits cost the discriminator a constant. Not for training.
     */
    OFFICIAL_NON_SATURATING {
        @Override
        Tensor ofDiscriminator(Tensor real, Tensor fake) {
            return half(exchanged(real), fake.mul(0).mean().add(Math.log(2)));
        }

        @Override
        Tensor ofGenerator(Tensor fake) {
            return exchanged(fake);
        }
    };

    abstract Tensor ofDiscriminator(Tensor real, Tensor fake);

    abstract Tensor ofGenerator(Tensor fake);

    /** The discriminator's loss, half of it on the logits of images, half on those of reconstructions. */
    public Tensor discriminator(Tensor real, Tensor fake) {
        return Scope.returning(() -> ofDiscriminator(real, fake));
    }

    /** The generator's loss on the logits of its reconstructions. */
    public Tensor generator(Tensor fake) {
        return Scope.returning(() -> ofGenerator(fake));
    }

    /**
     * The consistency loss: the mean squared difference between the logits of weakly and strongly augmented images and
     * reconstructions. Gradients go to both sides.
     */
    public static Tensor consistency(Tensor real, Tensor fake, Tensor strongReal, Tensor strongFake) {
        return Scope.returning(
                () -> Functional.mseLoss(Torch.cat(List.of(real, fake)), Torch.cat(List.of(strongReal, strongFake))));
    }

    private static Tensor crossEntropy(Tensor real, Tensor fake) {
        return half(Functional.softplus(real.neg()).mean(), Functional.softplus(fake).mean());
    }

    private static Tensor exchanged(Tensor logits) {
        return logits.mean().neg().add(1 + Math.log1p(Math.exp(-1)));
    }

    private static Tensor half(Tensor a, Tensor b) {
        return a.add(b).mul(0.5);
    }
}
