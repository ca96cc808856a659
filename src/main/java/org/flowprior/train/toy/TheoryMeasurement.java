package org.flowprior.train.toy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.flowprior.flow.DormandPrince;
import org.flowprior.flow.EvidenceLowerBound;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.LogLikelihood;
import org.flowprior.flow.TraceEstimator;
import org.flowprior.target.Density;
import org.flowprior.target.TargetDistribution;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Measures a {@link ToyReport}, with the trained network in float32. */
final class TheoryMeasurement {

    /** The region of the data ends at this quantile of its NLL. */
    private static final double REGION = 0.999;
    private static final int SAMPLES_FOR_QUANTILE = 20_000;
    private static final int MOST_STEPS = 10_000;

    private final ToyConfig config;
    private final FlowModel model;
    private final Measurement measurement;
    private final TargetDistribution target;

    TheoryMeasurement(ToyConfig config, FlowModel model, Measurement measurement) {
        this.config = config;
        this.model = model;
        this.measurement = measurement;
        this.target = config.distribution();
    }

    ToyReport of(ToyResult result, AlignedLatents compared) {
        ToyConfig.Report sizes = config.report();
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            Tensor latents = measurement.points(result.aligned().latents());
            Tensor samples = measurement.samples("report.points", sizes.points());
            Tensor chosen = latents.narrow(0, 0, Math.min(sizes.points(), latents.size(0)));
            DormandPrince solver = new DormandPrince(sizes.tolerance(), sizes.tolerance(), MOST_STEPS);
            double[] flow = new LogLikelihood(model, solver, TraceEstimator.EXACT)
                    .at(Torch.cat(List.of(samples, chosen)), null).logDensity().toDoubleArray();
            double[] flowAtData = Arrays.copyOf(flow, sizes.points());
            double[] flowAtLatents = Arrays.copyOfRange(flow, sizes.points(), flow.length);
            double[] densityAtData = logDensity(samples);
            EvidenceLowerBound bound = new EvidenceLowerBound(model, TraceEstimator.EXACT);
            EvidenceLowerBound.Terms atData = bound.byQuadrature(samples, sizes.timeNodes(), sizes.noiseNodes());
            Tensor grid = grid(result.landscape(), sizes.grid());
            EvidenceLowerBound.Terms onGrid = bound.byQuadrature(grid, sizes.timeNodes(), sizes.noiseNodes());
            Tensor data = measurement.points(result.data());
            Tensor fresh = measurement.samples("report.data", (int) latents.size(0));
            ToyReport.Correlations[] correlations = correlations(result.landscape());
            return new ToyReport(sizes, likelihoods(flowAtData, densityAtData),
                    likelihoods(flowAtLatents, logDensity(chosen)), bound(atData, densityAtData),
                    bound(atData, flowAtData), bound(onGrid, logDensity(grid)),
                    target.density().dimension() * result.bestFlowLoss(), correlations[0],
                    correlations[1], spread(target, data, fresh),
                    List.of(aligned(result.aligned(), data), aligned(compared, data)));
        }
    }

    private ToyReport.Aligned aligned(AlignedLatents result, Tensor data) {
        return new ToyReport.Aligned(result.weighting(), spread(target, data, measurement.points(result.latents())));
    }

    /** Measures the spread of points over the target, compared with samples of it; both float32 [N, 2]. */
    static ToyReport.Spread spread(TargetDistribution target, Tensor data, Tensor points) {
        Density density = target.normalized();
        try (Scope scope = Scope.open()) {
            Tensor distance = density.distance(points);
            Tensor ofData = density.distance(data);
            return new ToyReport.Spread(target.negativeLogLikelihood(points).mean().item(),
                    withinMode(density, points) / withinMode(density, data),
                    rootMeanSquare(distance) / rootMeanSquare(ofData),
                    distance.median().item() / ofData.median().item(), Measurement.perMode(density, points));
        }
    }

    private static double rootMeanSquare(Tensor values) {
        return Math.sqrt(values.square().mean().item());
    }

    /** Returns the deviation of a coordinate around the centroid of the points of the same mode. */
    private static double withinMode(Density density, Tensor points) {
        double[] pairs = points.toDoubleArray();
        long[] modes = density.nearestMode(points).toLongArray();
        double[][] sums = new double[density.modes()][3];
        for (int i = 0; i < modes.length; i++) {
            double[] sum = sums[(int) modes[i]];
            sum[0] += pairs[2 * i];
            sum[1] += pairs[2 * i + 1];
            sum[2]++;
        }
        double squares = 0;
        for (int i = 0; i < modes.length; i++) {
            double[] sum = sums[(int) modes[i]];
            squares += Math.pow(pairs[2 * i] - sum[0] / sum[2], 2) + Math.pow(pairs[2 * i + 1] - sum[1] / sum[2], 2);
        }
        long reached = Arrays.stream(sums).filter(sum -> sum[2] > 0).count();
        return Math.sqrt(squares / (2 * Math.max(1, modes.length - reached)));
    }

    private static ToyReport.Likelihoods likelihoods(double[] flow, double[] density) {
        double[] differences = IntStream.range(0, flow.length).mapToDouble(i -> Math.abs(flow[i] - density[i]))
                .toArray();
        return new ToyReport.Likelihoods(flow.length, mean(flow), mean(density), mean(differences), most(differences));
    }

    private static ToyReport.Bound bound(EvidenceLowerBound.Terms terms, double[] logDensity) {
        double[] bounds = terms.bound().toDoubleArray();
        double[] alignments = terms.alignment().toDoubleArray();
        double[] gaps = IntStream.range(0, bounds.length).mapToDouble(i -> logDensity[i] - bounds[i]).toArray();
        double failing = Arrays.stream(gaps).filter(gap -> gap < 0).count();
        return new ToyReport.Bound(bounds.length, mean(alignments), Arrays.stream(alignments).min().orElseThrow(),
                mean(terms.consistency().toDoubleArray()), mean(bounds), mean(gaps),
                Arrays.stream(gaps).min().orElseThrow(), most(gaps), failing / bounds.length);
    }

    /** Returns the correlations on the whole grid, and those in the region of the data. */
    private ToyReport.Correlations[] correlations(ToyResult.Grid landscape) {
        double[] alignments = Arrays.stream(landscape.values()).flatMapToDouble(Arrays::stream).toArray();
        Tensor grid = measurement.points(Tensor.of(landscape.x()), Tensor.of(landscape.y()));
        double[] nll = Arrays.stream(logDensity(grid)).map(value -> -value).toArray();
        double[] ofData = target.negativeLogLikelihood(measurement.samples("report.region", SAMPLES_FOR_QUANTILE))
                .toDoubleArray();
        Arrays.sort(ofData);
        double border = ofData[(int) (REGION * (ofData.length - 1))];
        int[] inside = IntStream.range(0, nll.length).filter(i -> nll[i] < border).toArray();
        return new ToyReport.Correlations[] {
            ToyReport.Correlations.of(alignments, nll),
            ToyReport.Correlations.of(Arrays.stream(inside).mapToDouble(i -> alignments[i]).toArray(),
                    Arrays.stream(inside).mapToDouble(i -> nll[i]).toArray())};
    }

    private double[] logDensity(Tensor points) {
        try (Scope scope = Scope.open()) {
            return target.negativeLogLikelihood(points).neg().toDoubleArray();
        }
    }

    /** Returns the points of a grid with the borders of another, and {@code count} points along each axis. */
    private Tensor grid(ToyResult.Grid borders, int count) {
        double[] x = borders.x();
        double[] y = borders.y();
        return measurement.points(Torch.linspace(x[0], x[x.length - 1], count),
                Torch.linspace(y[0], y[y.length - 1], count));
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static double most(double[] values) {
        return Arrays.stream(values).max().orElseThrow();
    }
}
