package org.flowprior.train.toy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.flowprior.flow.DormandPrince;
import org.flowprior.flow.EvidenceLowerBound;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.LogLikelihood;
import org.flowprior.flow.TraceEstimator;
import org.flowprior.target.TargetDistribution;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Measures what {@link ToyReport} says, with the trained network in float32. */
final class TheoryMeasurement {

    /** The quantile of the data's NLL that bounds the data's region. */
    static final double REGION = 0.999;
    private static final int SAMPLES_FOR_QUANTILE = 20_000;
    private static final int MOST_STEPS = 10_000;

    private final ToyConfig config;
    private final FlowModel model;
    private final Device device;
    private final TargetDistribution target;

    TheoryMeasurement(ToyConfig config, FlowModel model) {
        this.config = config;
        this.model = model;
        this.device = Device.of(config.device());
        this.target = config.distribution();
    }

    ToyReport of(ToyResult result, AlignedLatents compared) {
        ToyConfig.Report sizes = config.report();
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            Tensor latents = points(result.aligned().latents());
            Tensor samples = samples("report.points", sizes.points());
            Tensor chosen = latents.narrow(0, 0, Math.min(sizes.points(), latents.size(0)));
            double[] flow = new LogLikelihood(model, new DormandPrince(sizes.tolerance(), sizes.tolerance(),
                    MOST_STEPS),
                    TraceEstimator.EXACT).at(Torch.cat(List.of(samples, chosen)), null).logDensity().toDoubleArray();
            double[] flowAtData = Arrays.copyOf(flow, sizes.points());
            double[] flowAtLatents = Arrays.copyOfRange(flow, sizes.points(), flow.length);
            double[] densityAtData = logDensity(samples);
            EvidenceLowerBound bound = new EvidenceLowerBound(model, TraceEstimator.EXACT);
            EvidenceLowerBound.Terms atData = bound.byQuadrature(samples, sizes.timeNodes(), sizes.noiseNodes());
            Tensor grid = grid(result.landscape(), sizes.grid());
            EvidenceLowerBound.Terms onGrid = bound.byQuadrature(grid, sizes.timeNodes(), sizes.noiseNodes());
            Tensor data = points(result.data());
            Spread spread = new Spread(target, data);
            ToyReport.Correlations[] correlations = correlations(result.landscape());
            return new ToyReport(sizes, likelihoods(flowAtData, densityAtData),
                    likelihoods(flowAtLatents, logDensity(chosen)), bound(atData, densityAtData),
                    bound(atData, flowAtData), bound(onGrid, logDensity(grid)),
                    target.density().dimension() * result.bestFlowLoss(), correlations[0],
                    correlations[1], spread.of(samples("report.data", (int) latents.size(0))),
                    List.of(new ToyReport.Aligned(result.aligned().weighting(), spread.of(latents)),
                            new ToyReport.Aligned(compared.weighting(), spread.of(points(compared.latents())))));
        }
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
                Arrays.stream(gaps).min().orElseThrow(),
                most(gaps), failing / bounds.length);
    }

    /** On the whole grid, and where the data is. */
    private ToyReport.Correlations[] correlations(ToyResult.Grid landscape) {
        double[] alignments = Arrays.stream(landscape.values()).flatMapToDouble(Arrays::stream).toArray();
        double[] nll = Arrays.stream(logDensity(points(landscape))).map(value -> -value).toArray();
        double[] ofData = target.negativeLogLikelihood(samples("report.region", SAMPLES_FOR_QUANTILE)).toDoubleArray();
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

    private Tensor samples(String purpose, int count) {
        try (Generator generator = Generator.seeded(Seeds.derive(config.seed(), purpose))) {
            return target.sample(count, generator).to(DType.FLOAT32, device);
        }
    }

    private Tensor points(double[] pairs) {
        return Tensor.of(pairs, pairs.length / 2, 2).to(DType.FLOAT32, device);
    }

    /** All points of a grid, row by row. */
    private Tensor points(ToyResult.Grid grid) {
        double[] pairs = new double[2 * grid.x().length * grid.y().length];
        for (int i = 0; i < pairs.length / 2; i++) {
            pairs[2 * i] = grid.x()[i % grid.x().length];
            pairs[2 * i + 1] = grid.y()[i / grid.x().length];
        }
        return points(pairs);
    }

    /** A grid with the borders of that one, and so many points along each axis. */
    private Tensor grid(ToyResult.Grid borders, int count) {
        double[] x = borders.x();
        double[] y = borders.y();
        Tensor columns = Torch.linspace(x[0], x[x.length - 1], count);
        Tensor rows = Torch.linspace(y[0], y[y.length - 1], count);
        return Torch.stack(List.of(columns.repeat(count), rows.repeatInterleave(count)), 1).to(DType.FLOAT32, device);
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static double most(double[] values) {
        return Arrays.stream(values).max().orElseThrow();
    }
}
