package org.flowprior.autoencoder;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.BatchNorm1d;
import org.flowprior.torch.nn.Conv1d;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.LeakyReLU;
import org.flowprior.torch.nn.Sequential;

/**
 * A head of the DINO discriminator, from a row of tokens [B, C, L] to logits [B, 1, L]: a convolution of 1, a residual
 * one of 9 that wraps around, and one of 1 to a single channel, all spectrally normalised.
 */
final class DiscriminatorHead extends Layer {

    private static final double SLOPE = 0.2;
    private static final double EPSILON = 1e-6;
    private static final long KERNEL = 9;

    private final Sequential first;
    private final Residual second;
    private final Conv1d last;

    DiscriminatorHead(long channels, Generator generator) {
        first = register("0", block(channels, 1, generator));
        second = register("1", new Residual(block(channels, KERNEL, generator)));
        last = register("2", new Conv1d(channels, 1, options(1), generator));
    }

    private static Sequential block(long channels, long kernel, Generator generator) {
        return new Sequential(new Conv1d(channels, channels, options(kernel), generator),
                new BatchNorm1d(channels, EPSILON), new LeakyReLU(SLOPE));
    }

    private static Conv1d.Options options(long kernel) {
        return Conv1d.Options.kernel(kernel).withPadding(kernel / 2).withCircular(kernel > 1).withSpectralNorm(true);
    }

    @Override
    public Tensor forward(Tensor x) {
        return first.forward(x).into(second::forward).into(last::forward);
    }

    /** (f(x) + x) / &radic;2. */
    private static final class Residual extends Layer {

        private final Layer fn;

        Residual(Layer fn) {
            this.fn = register("fn", fn);
        }

        @Override
        public Tensor forward(Tensor x) {
            return Scope.returning(() -> fn.forward(x).add(x).div(Math.sqrt(2)));
        }
    }
}
