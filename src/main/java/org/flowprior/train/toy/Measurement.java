package org.flowprior.train.toy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.flowprior.flow.AlignmentLandscape;
import org.flowprior.flow.FlowMatchingLoss;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.VelocityField;
import org.flowprior.target.Density;
import org.flowprior.target.TargetDistribution;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Measures the result of the toy. Its draws have their own seeds. */
final class Measurement {

    private static final int SAMPLES_FOR_LIKELIHOOD = 100_000;
    private static final int SAMPLES_FOR_LOSS = 16_384;
    private static final int ROWS_AT_ONCE = 1024;
    private static final double PADDING = 0.2;

    private final ToyConfig config;
    private final FlowModel model;
    private final Device device;
    private final TargetDistribution target;
    private final ShownLikelihood likelihood;
    private final Density normalized;

    Measurement(ToyConfig config, FlowModel model, ShownLikelihood likelihood) {
        this.config = config;
        this.model = model;
        this.likelihood = likelihood;
        this.device = Device.of(config.device());
        this.target = config.distribution();
        this.normalized = target.normalized();
    }

    ToyResult of(AlignedLatents aligned, double secondsBefore) {
        long start = System.nanoTime();
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            Tensor latents = points(aligned.latents());
            Tensor data = samples("figures.data", config.figures().dataPoints());
            ToyResult.Grid nll = grid(Borders.of(Torch.cat(List.of(data, latents))), likelihood::at);
            ToyResult.Grid square = grid(Borders.of(data).square(), likelihood::at);
            AlignmentLandscape estimator = new AlignmentLandscape(0.1, 0.9, config.figures().landscapeTimes(),
                    config.figures().landscapeDraws());
            ToyResult.Grid landscape;
            try (Generator noise = deviceGenerator("figures.landscape")) {
                landscape = grid(Borders.of(data), points -> estimator.at(model, points, noise));
            }
            double reach = 3 * config.target().noise() / target.scale();
            double within = normalized.distance(latents).le(reach).to(DType.FLOAT64).mean().item();
            double nllLatents = likelihood.at(latents).mean().item();
            double nllData = likelihood.ofData(SAMPLES_FOR_LIKELIHOOD).mean().item();
            VelocityField exact = (x, t, condition) -> normalized.optimalVelocity(x, t);
            return new ToyResult(config.target(), likelihood.space(), target.scale(), aligned, data.toDoubleArray(),
                    nll, landscape, square, within, perMode(normalized, latents), nllLatents, nllData, flowLoss(model),
                    flowLoss(exact), secondsBefore + (System.nanoTime() - start) / 1e9, Optional.empty());
        }
    }

    /** Returns float32 [N, 2] on the device. */
    Tensor points(double[] pairs) {
        return Tensor.of(pairs, pairs.length / 2, 2).to(DType.FLOAT32, device);
    }

    /** Returns the points of a grid row by row, float32 [X Y, 2] on the device, of its coordinates [X] and [Y]. */
    Tensor points(Tensor x, Tensor y) {
        return Torch.stack(List.of(x.repeat(y.size(0)), y.repeatInterleave(x.size(0))), 1).to(DType.FLOAT32, device);
    }

    /** Returns fresh samples of the target, float32 [count, 2] on the device; the purpose gives the seed. */
    Tensor samples(String purpose, int count) {
        try (Generator generator = Generator.seeded(Seeds.derive(config.seed(), purpose))) {
            return target.sample(count, generator).to(DType.FLOAT32, device);
        }
    }

    /** Counts the points of each mode. */
    static long[] perMode(Density density, Tensor points) {
        long[] counts = new long[density.modes()];
        try (Scope scope = Scope.open()) {
            for (long mode : density.nearestMode(points).toLongArray()) {
                counts[(int) mode]++;
            }
        }
        return counts;
    }

    /** Returns the loss on fresh samples. All fields get the same draws. */
    private double flowLoss(VelocityField field) {
        double sum = 0;
        try (Generator draws = Generator.seeded(Seeds.derive(config.seed(), "loss.data"));
                Generator path = deviceGenerator("loss.path")) {
            for (int done = 0; done < SAMPLES_FOR_LOSS; done += ROWS_AT_ONCE) {
                try (Scope scope = Scope.open()) {
                    Tensor data = target.sample(ROWS_AT_ONCE, draws).to(DType.FLOAT32, device);
                    sum += FlowMatchingLoss.of(field).loss(data, path).item();
                }
            }
        }
        return sum * ROWS_AT_ONCE / SAMPLES_FOR_LOSS;
    }

    private Generator deviceGenerator(String purpose) {
        return Generator.on(device).manualSeed(Seeds.derive(config.seed(), purpose));
    }

    private ToyResult.Grid grid(Borders borders, UnaryOperator<Tensor> function) {
        int n = config.figures().grid();
        Tensor x = Torch.linspace(borders.left, borders.right, n);
        Tensor y = Torch.linspace(borders.bottom, borders.top, n);
        double[] flat = function.apply(points(x, y)).toDoubleArray();
        double[][] values = new double[n][];
        Arrays.setAll(values, row -> Arrays.copyOfRange(flat, row * n, (row + 1) * n));
        return new ToyResult.Grid(x.toDoubleArray(), y.toDoubleArray(), values);
    }

    /** The range of points, with a fifth of the range added on each side. */
    private record Borders(double left, double right, double bottom, double top) {

        static Borders of(Tensor points) {
            double[] low = points.amin(0).toDoubleArray();
            double[] high = points.amax(0).toDoubleArray();
            double x = PADDING * (high[0] - low[0]);
            double y = PADDING * (high[1] - low[1]);
            return new Borders(low[0] - x, high[0] + x, low[1] - y, high[1] + y);
        }

        /** Returns the square of Figure 6 around the same points. Its side is 1.2 times the longer of their ranges. */
        Borders square() {
            double side = 1.2 * Math.max(right - left, top - bottom) / (1 + 2 * PADDING);
            double x = (left + right) / 2;
            double y = (bottom + top) / 2;
            return new Borders(x - side / 2, x + side / 2, y - side / 2, y + side / 2);
        }
    }
}
