package org.flowprior.target;

import java.util.ArrayList;
import java.util.List;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Circles around the origin, equally likely, with Gaussian noise along the radius (App. C.1). The density and the
 * optimal flow are exact. Its modes are the circles.
 *
 * @param name  the name on the command line and in files
 * @param radii at least one, positive
 * @param sigma deviation of the radius, positive
 */
public record Rings(String name, List<Double> radii, double sigma) implements Density {

    /** Keeps the logarithm and the quotients by the radius finite at the origin. */
    private static final double LEAST_SQUARE = 1e-24;

    /** Throws {@link IllegalArgumentException} if there is no circle, or a radius or sigma is not positive. */
    public Rings {
        radii = List.copyOf(radii);
        if (radii.isEmpty() || !radii.stream().allMatch(r -> r > 0) || !(sigma > 0)) {
            throw new IllegalArgumentException("rings need positive radii and a positive sigma, not "
                    + radii + ", " + sigma);
        }
    }

    /** Creates the paper's three rings: radii 4/3, 8/3 and 4, deviation 0.1. */
    public static Rings toy() {
        return new Rings("rings", List.of(4 / 3.0, 8 / 3.0, 4.0), 0.1);
    }

    @Override
    public int dimension() {
        return 2;
    }

    /** Draws for each ring the angles, then the noise; equal numbers, with the rest on the last ring. */
    @Override
    public Tensor sample(long count, Generator generator) {
        return Scope.returning(() -> {
            List<Tensor> rings = new ArrayList<>();
            long each = count / radii.size();
            for (int i = 0; i < radii.size(); i++) {
                long[] size = {i < radii.size() - 1 ? each : count - each * (radii.size() - 1)};
                Tensor angle = Torch.rand(size, generator).mul_(2 * Math.PI);
                Tensor radius = Torch.randn(size, generator).mul_(sigma).add_(radii.get(i));
                rings.add(Torch.stack(List.of(angle.cos().mul_(radius), angle.sin().mul_(radius)), 1));
            }
            return Torch.cat(rings);
        });
    }

    static Tensor radius(Tensor x) {
        return x.square().sum(1).clampMin(LEAST_SQUARE).sqrt();
    }

    /** Counts each ring from both sides, because the noise can carry a point across the origin. */
    @Override
    public Tensor negativeLogLikelihood(Tensor x) {
        return Scope.returning(() -> {
            Tensor radius = radius(x).unsqueeze(1);
            Tensor signed = Torch.cat(List.of(radius, radius.neg()), 1).unsqueeze(2);
            Tensor logits = signed.sub(radiiLike(x)).square().mul(-0.5 / (sigma * sigma));
            double constant = Math.log(radii.size() * sigma * Math.sqrt(2 * Math.PI) * 2 * Math.PI);
            return radius.squeeze(1).log().add(constant).sub(logits.logsumexp(1, 2));
        });
    }

    Tensor radiiLike(Tensor x) {
        return Tensor.of(radii.stream().mapToDouble(r -> r).toArray()).to(x.dtype(), x.device());
    }

    @Override
    public double pooledDeviation() {
        double square = radii.stream().mapToDouble(r -> r * r).average().orElseThrow();
        return Math.sqrt((square + sigma * sigma) / 2);
    }

    @Override
    public Rings dividedBy(double scale) {
        TargetDistribution.checkScale(scale);
        return new Rings(name, radii.stream().map(r -> r / scale).toList(), sigma / scale);
    }

    @Override
    public OptimalFlow optimalFlow(Tensor x, Tensor t) {
        return OptimalFlow.of((rows, times) -> new RingsPosterior(this, rows, times).velocityAndTrace(), elements(), x,
                t);
    }

    @Override
    public Tensor optimalVelocity(Tensor x, Tensor t) {
        return RowBlocks.map((rows, times) -> new RingsPosterior(this, rows, times).velocity(), elements(), x, t);
    }

    private long elements() {
        return (long) radii.size() * RingsPosterior.NODES;
    }

    @Override
    public int modes() {
        return radii.size();
    }

    @Override
    public Tensor nearestMode(Tensor x) {
        return Scope.returning(() -> gaps(x).argmin(1));
    }

    @Override
    public Tensor distance(Tensor x) {
        return Scope.returning(() -> gaps(x).amin(1));
    }

    private Tensor gaps(Tensor x) {
        return radius(x.detach()).unsqueeze(1).sub(radiiLike(x)).abs();
    }
}
