package org.flowprior.target;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * A mixture of isotropic Gaussians, with its exact density and optimal flow (Eq. 3). {@link #toy} and {@link #grid} are
 * the paper's (Sec. 5.1, App. C.1). Its modes are its components, its skeleton is their means.
 *
 * @param name       the name on the command line and in files
 * @param components at least one, all of one dimension; weights sum to 1
 */
public record MixtureOfGaussians(String name, List<Component> components) implements Density {

    /**
     * One Gaussian.
     *
     * @param weight probability of the component, positive
     * @param sigma  deviation along every axis, positive
     * @param mean   centre
     */
    public record Component(double weight, double sigma, List<Double> mean) {

        /** Throws {@link IllegalArgumentException} for a weight or deviation that is not positive. */
        public Component {
            if (!(weight > 0) || !(sigma > 0) || mean.isEmpty()) {
                throw new IllegalArgumentException("a component needs a positive weight and sigma and a mean, not "
                        + weight + ", " + sigma + ", " + mean);
            }
            mean = List.copyOf(mean);
        }
    }

    /** Throws {@link IllegalArgumentException} if the weights do not sum to 1 or the dimensions differ. */
    public MixtureOfGaussians {
        components = List.copyOf(components);
        double sum = components.stream().mapToDouble(Component::weight).sum();
        if (Math.abs(sum - 1) > 1e-9) {
            throw new IllegalArgumentException("the weights of a mixture must sum to 1, not to " + sum);
        }
        if (components.stream().mapToInt(c -> c.mean().size()).distinct().count() != 1) {
            throw new IllegalArgumentException("the means of a mixture must have one dimension");
        }
    }

    /** Creates equal Gaussians, evenly spaced on a circle; the first is on the positive x axis. */
    public static MixtureOfGaussians circle(String name, int count, double radius, double sigma) {
        return new MixtureOfGaussians(name, IntStream.range(0, count).mapToObj(i -> {
            double angle = 2 * Math.PI * i / count;
            return new Component(1.0 / count, sigma, List.of(radius * Math.cos(angle), radius * Math.sin(angle)));
        }).toList());
    }

    /** Creates the paper's toy: five Gaussians on a circle of radius 3, deviation 0.3. */
    public static MixtureOfGaussians toy() {
        return circle("gaussian", 5, 3, 0.3);
    }

    /** Creates the paper's grid: 4 x 4 Gaussians at distance 1 around the origin, deviation 0.1, column by column. */
    public static MixtureOfGaussians grid() {
        return new MixtureOfGaussians("grid", IntStream.range(0, 16)
                .mapToObj(i -> new Component(1.0 / 16, 0.1, List.of(i / 4 - 1.5, i % 4 - 1.5))).toList());
    }

    @Override
    public MixtureOfGaussians dividedBy(double scale) {
        TargetDistribution.checkScale(scale);
        return new MixtureOfGaussians(name, components.stream().map(c -> new Component(c.weight(), c.sigma() / scale,
                c.mean().stream().map(m -> m / scale).toList())).toList());
    }

    @Override
    public int dimension() {
        return components.getFirst().mean().size();
    }

    /** Draws the components, uniformly if the weights are equal, then a normal for each coordinate. */
    @Override
    public Tensor sample(long count, Generator generator) {
        return Scope.returning(() -> {
            Tensor chosen = choose(count, generator);
            Tensor normal = Torch.randn(new long[] {count, dimension()}, generator);
            Tensor sigma = Tensor.of(each(Component::sigma)).to(DType.FLOAT32).indexSelect(0, chosen).unsqueeze(1);
            double[] means = components.stream().flatMap(c -> c.mean().stream()).mapToDouble(m -> m).toArray();
            Tensor mean = Tensor.of(means, components.size(), dimension()).to(DType.FLOAT32);
            return normal.mul_(sigma).add_(mean.indexSelect(0, chosen));
        });
    }

    private Tensor choose(long count, Generator generator) {
        if (components.stream().mapToDouble(Component::weight).distinct().count() == 1) {
            return Torch.randint(components.size(), new long[] {count}, generator);
        }
        return Tensor.of(each(Component::weight)).multinomial(count, true, generator);
    }

    private double[] each(ToDoubleFunction<Component> part) {
        return components.stream().mapToDouble(part).toArray();
    }

    private GaussianNodes nodes() {
        double[][] means = components.stream().map(c -> c.mean().stream().mapToDouble(m -> m).toArray())
                .toArray(double[][]::new);
        return new GaussianNodes(means, each(Component::sigma), each(Component::weight));
    }

    @Override
    public Tensor negativeLogLikelihood(Tensor x) {
        return nodes().negativeLogLikelihood(x);
    }

    @Override
    public double pooledDeviation() {
        double mean = 0;
        double square = 0;
        for (Component c : components) {
            for (double m : c.mean()) {
                mean += c.weight() * m / dimension();
                square += c.weight() * (m * m + c.sigma() * c.sigma()) / dimension();
            }
        }
        return Math.sqrt(square - mean * mean);
    }

    @Override
    public OptimalFlow optimalFlow(Tensor x, Tensor t) {
        return nodes().flow(x, t);
    }

    @Override
    public Tensor optimalVelocity(Tensor x, Tensor t) {
        return nodes().velocity(x, t);
    }

    @Override
    public int modes() {
        return components.size();
    }

    @Override
    public Tensor nearestMode(Tensor x) {
        return Scope.returning(() -> nodes().distances(x).argmin(1));
    }

    @Override
    public Tensor distance(Tensor x) {
        return Scope.returning(() -> nodes().distances(x).amin(1));
    }
}
