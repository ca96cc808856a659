package org.flowprior.train.toy;

import java.util.ArrayList;
import java.util.List;
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

/** The NLL that the toy's curves and maps show: the density's own, or the official code's estimate of it. */
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

    /** The NLL at each normalised point, [N]; the kernel estimate is computed on the CPU. */
    Tensor at(Tensor points) {
        return kernel == null ? target.rawNegativeLogLikelihood(points) : Scope.returning(() -> kernel
                .negativeLogLikelihood(points.to(DType.FLOAT32, Device.CPU)).to(points.dtype(), points.device()));
    }

    /** Steps from one evaluation to the next. */
    int every() {
        return kernel == null ? 1 : config.figures().kernelEvery();
    }

    String space() {
        return kernel == null ? RAW : NORMALIZED;
    }

    /** The NLL of so many fresh samples; of as many as the figures show where it is an estimate, which takes longer. */
    Tensor ofData(int samples) {
        int count = kernel == null ? samples : Math.min(samples, config.figures().dataPoints());
        try (Generator generator = Generator.seeded(Seeds.derive(config.seed(), "nll.data"))) {
            return Scope.returning(() -> inBlocks(target.sample(count, generator)
                    .to(DType.FLOAT32, Device.of(config.device()))));
        }
    }

    private Tensor inBlocks(Tensor points) {
        try (NoGrad noGrad = new NoGrad()) {
            List<Tensor> blocks = new ArrayList<>();
            for (long from = 0; from < points.size(0); from += ROWS_AT_ONCE) {
                long count = Math.min(ROWS_AT_ONCE, points.size(0) - from);
                Tensor block = points.narrow(0, from, count);
                blocks.add(Scope.returning(() -> at(block)));
            }
            return Torch.cat(blocks);
        }
    }

    @Override
    public void close() {
        if (kernel != null) {
            kernel.close();
        }
    }
}
