package org.flowprior.flow;

import org.flowprior.target.MixtureOfGaussians;
import org.flowprior.torch.Tensor;

/** Velocity fields that minimise Eq. 3 exactly, without a network. */
final class ExactFields {

    /** The toy's five Gaussians, divided by their pooled deviation 2.142428528562855 (spec 3.5). */
    static final MixtureOfGaussians TOY = toy();

    private ExactFields() {}

    private static MixtureOfGaussians toy() {
        MixtureOfGaussians raw = MixtureOfGaussians.toy();
        return raw.dividedBy(raw.pooledDeviation());
    }

    static VelocityField of(MixtureOfGaussians target) {
        return (x, t, condition) -> target.optimalFlow(x, t).velocity();
    }

    /** Of a Gaussian with independent coordinates (spec 3.4): the mean plus (t sigma² - (1 - t))/S (x - t mean). */
    static VelocityField diagonalGaussian(double[] mean, double[] sigma) {
        return (x, t, condition) -> {
            Tensor centre = Tensor.of(mean).to(x.dtype());
            Tensor variance = Tensor.of(sigma).to(x.dtype()).square();
            Tensor time = t.unsqueeze(1);
            Tensor rest = time.neg().add(1);
            Tensor spread = rest.square().add(time.square().mul(variance));
            Tensor slope = time.mul(variance).sub(rest).div(spread);
            return slope.mul(x.sub(time.mul(centre))).add(centre);
        };
    }
}
