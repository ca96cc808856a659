package org.flowprior.train.toy;

import org.flowprior.target.KernelDensity;
import org.flowprior.target.TargetDistribution;
import org.flowprior.target.ToyTarget;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** The NLL that the toy's curves and maps show: that of the density, or the official code's estimate of it. */
final class ShownLikelihood implements AutoCloseable {

    static final String RAW = "raw: the variable before its division by scale, without 2 ln scale";
    static final String NORMALIZED = "normalised: a kernel estimate of the variable divided by scale";

    private static final int ROWS_AT_ONCE = 10_000;

    private final ToyConfig config;
    private final TargetDistribution target;
    private final KernelDensity kernel;

    ShownLikelihood(ToyConfig config, TargetDistribution target) {
        this.config = config;
        this.target = target;
        boolean mixture = config.target() == ToyTarget.GAUSSIAN || config.target() == ToyTarget.GRID;
        if (mixture || config.figures().likelihood() == ToyConfig.Likelihood.ANALYTIC) {
            kernel = null;
        } else {
            try (Generator generator = Generator.seeded(Seeds.derive(config.seed(), "nll.kernel"))) {
                kernel = target.kernelDensity(KernelDensity.OFFICIAL_POINTS, KernelDensity.OFFICIAL_BANDWIDTH,
                        generator);
            }
        }
    }

    /** Returns the NLL at each normalised point, [N]. Computes the kernel estimate on the CPU. */
    Tensor at(Tensor points) {
        return kernel == null ? target.rawNegativeLogLikelihood(points) : Scope.returning(() -> kernel
                .negativeLogLikelihood(points.to(DType.FLOAT32, Device.CPU)).to(points.dtype(), points.device()));
    }

    /** Returns the number of steps from one evaluation to the next. */
    int every() {
        return kernel == null ? 1 : config.figures().kernelEvery();
    }

    String space() {
        return kernel == null ? RAW : NORMALIZED;
    }

    /** Returns the NLL of that many fresh samples; the slow estimate uses at most as many as the figures show. */
    Tensor ofData(int samples) {
        int count = kernel == null ? samples : Math.min(samples, config.figures().dataPoints());
        try (Generator generator = Generator.seeded(Seeds.derive(config.seed(), "nll.data"));
                NoGrad noGrad = new NoGrad()) {
            return Scope.returning(() -> {
                Tensor points = target.sample(count, generator).to(DType.FLOAT32, Device.of(config.device()));
                return Torch.cat(points.split(ROWS_AT_ONCE).stream().map(b -> Scope.returning(() -> at(b))).toList());
            });
        }
    }

    @Override
    public void close() {
        if (kernel != null) {
            kernel.close();
        }
    }
}
