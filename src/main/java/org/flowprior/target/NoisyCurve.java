package org.flowprior.target;

import java.util.List;
import java.util.stream.IntStream;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Points of plane curves, uniform in the angle, with Gaussian noise: the paper's two moons, spiral and Swiss roll (App.
 * C.1). Its density and optimal flow are those of a mixture of Gaussians at quadrature nodes, whose error against the
 * integral is 1e-12 near the data and 1e-7 at thirty deviations. Its modes are equally likely parts of the curve.
 */
public final class NoisyCurve implements Density {

    private final String name;
    private final List<ArchimedeanArc> arcs;
    private final double sigma;
    private final int panelsPerArc;
    private final int modesPerArc;
    /** Whether the sampler draws one more uniform number for each point, unused, as the official one does. */
    private final boolean drawsUnused;
    private final GaussianNodes nodes;
    private final CurveSkeleton skeleton;

    private NoisyCurve(String name, List<ArchimedeanArc> arcs, double sigma, int panelsPerArc, int modesPerArc,
            boolean drawsUnused) {
        this.name = name;
        this.arcs = arcs;
        this.sigma = sigma;
        this.panelsPerArc = panelsPerArc;
        this.modesPerArc = modesPerArc;
        this.drawsUnused = drawsUnused;
        CurveQuadrature quadrature = new CurveQuadrature(arcs, panelsPerArc);
        double[] sigmas = IntStream.range(0, quadrature.points.length).mapToDouble(i -> sigma).toArray();
        this.nodes = new GaussianNodes(quadrature.points, sigmas, quadrature.weights);
        this.skeleton = new CurveSkeleton(arcs, modesPerArc);
    }

    /** Creates two half circles of radius 2, the lower one moved by (2, -0.5); deviation 0.1; 640 nodes, two modes. */
    public static NoisyCurve twoMoons() {
        return new NoisyCurve("moons", List.of(new ArchimedeanArc(0, Math.PI, 2, 0, 0, 0),
                new ArchimedeanArc(Math.PI, Math.PI, 2, 0, 2, -0.5)), 0.1, 20, 1, false);
    }

    /** Creates one and a half revolutions from radius 0.5 to 2; deviation 0.1; 640 nodes, eight modes. */
    public static NoisyCurve spiral() {
        return new NoisyCurve("spiral", List.of(new ArchimedeanArc(0, 3 * Math.PI, 0.5, 1 / (2 * Math.PI), 0, 0)), 0.1,
                40, 8, false);
    }

    /** Creates three revolutions from the origin to radius 6; deviation 0.1; 2048 nodes, sixteen modes. */
    public static NoisyCurve swissRoll() {
        return new NoisyCurve("swissroll", List.of(new ArchimedeanArc(0, 6 * Math.PI, 0, 1 / Math.PI, 0, 0)), 0.1, 128,
                16, true);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int dimension() {
        return 2;
    }

    /** Returns the deviation of the noise along each axis. */
    public double sigma() {
        return sigma;
    }

    /** Draws the curve's points, arc by arc in equal numbers, then the noise of x, then that of y. */
    @Override
    public Tensor sample(long count, Generator generator) {
        return Scope.returning(() -> {
            long each = count / arcs.size();
            List<Tensor> points = IntStream.range(0, arcs.size()).mapToObj(i -> arcs.get(i)
                    .sample(i < arcs.size() - 1 ? each : count - each * (arcs.size() - 1), generator)).toList();
            if (drawsUnused) {
                Torch.rand(new long[] {count}, generator);
            }
            Tensor x = Torch.randn(new long[] {count}, generator);
            Tensor y = Torch.randn(new long[] {count}, generator);
            return Torch.cat(points, 1).add_(Torch.stack(List.of(x, y)).mul_(sigma)).t().contiguous();
        });
    }

    @Override
    public Tensor negativeLogLikelihood(Tensor x) {
        return nodes.negativeLogLikelihood(x);
    }

    /** Integrates over the curve with Simpson's rule, exact to twelve digits. */
    @Override
    public double pooledDeviation() {
        int intervals = 1 << 13;
        double mean = 0;
        double square = 0;
        for (ArchimedeanArc arc : arcs) {
            for (int i = 0; i <= intervals; i++) {
                double weight = (i == 0 || i == intervals ? 1 : i % 2 == 1 ? 4 : 2) / (3.0 * intervals * arcs.size());
                double[] point = arc.at((double) i / intervals);
                mean += weight * (point[0] + point[1]) / 2;
                square += weight * (point[0] * point[0] + point[1] * point[1]) / 2;
            }
        }
        return Math.sqrt(square + sigma * sigma - mean * mean);
    }

    @Override
    public NoisyCurve dividedBy(double scale) {
        TargetDistribution.checkScale(scale);
        return new NoisyCurve(name, arcs.stream().map(arc -> arc.dividedBy(scale)).toList(), sigma / scale,
                panelsPerArc, modesPerArc, drawsUnused);
    }

    @Override
    public OptimalFlow optimalFlow(Tensor x, Tensor t) {
        return nodes.flow(x, t);
    }

    @Override
    public Tensor optimalVelocity(Tensor x, Tensor t) {
        return nodes.velocity(x, t);
    }

    @Override
    public int modes() {
        return skeleton.parts();
    }

    @Override
    public Tensor nearestMode(Tensor x) {
        return Scope.returning(() -> skeleton.nearest(x.detach()).select(1, 0).to(DType.INT64));
    }

    @Override
    public Tensor distance(Tensor x) {
        return Scope.returning(() -> skeleton.nearest(x.detach()).select(1, 1).clone());
    }
}
