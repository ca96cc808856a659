package org.flowprior.target;

import java.util.List;
import java.util.stream.IntStream;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * A mixture of isotropic Gaussians, with its density and the exact flow of Eq. 3's minimiser. {@link #circle} is the
 * paper's toy (Sec. 5.1).
 *
 * @param name       the name on the command line and in files
 * @param components at least one, all of one dimension; weights sum to 1
 */
public record MixtureOfGaussians(String name, List<Component> components) implements Density {

    /**
     * One Gaussian.
     *
     * @param weight share of the mixture, positive
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

    /**
     * The exact velocity field at some points.
     *
     * @param velocity E[data &minus; noise | x_t = x], [N, D]
     * @param trace    trace of its Jacobian, [N]
     */
    public record Optimal(Tensor velocity, Tensor trace) {}

    /** Throws {@link IllegalArgumentException} for components that make no mixture. */
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

    /** Equal Gaussians evenly spaced on a circle, the first on the positive x axis. */
    public static MixtureOfGaussians circle(String name, int count, double radius, double sigma) {
        return new MixtureOfGaussians(name, IntStream.range(0, count).mapToObj(i -> {
            double angle = 2 * Math.PI * i / count;
            return new Component(1.0 / count, sigma, List.of(radius * Math.cos(angle), radius * Math.sin(angle)));
        }).toList());
    }

    /** The paper's toy: five Gaussians on a circle of radius 3, deviation 0.3. */
    public static MixtureOfGaussians toy() {
        return circle("gaussian", 5, 3, 0.3);
    }

    /** The mixture divided by a scale: the exact distribution of normalised samples. */
    public MixtureOfGaussians dividedBy(double scale) {
        return new MixtureOfGaussians(name, components.stream().map(c -> new Component(c.weight(), c.sigma() / scale,
                c.mean().stream().map(m -> m / scale).toList())).toList());
    }

    @Override
    public int dimension() {
        return components.getFirst().mean().size();
    }

    /** Draws the components, uniformly where the weights are equal, then a normal for each coordinate. */
    @Override
    public Tensor sample(long count, Generator generator) {
        return Scope.returning(() -> {
            Tensor chosen = choose(count, generator);
            Tensor normal = Torch.randn(new long[] {count, dimension()}, generator);
            Tensor sigma = sigmas(DType.FLOAT32, Device.CPU).indexSelect(0, chosen).unsqueeze(1);
            return normal.mul_(sigma).add_(means(DType.FLOAT32, Device.CPU).indexSelect(0, chosen));
        });
    }

    private Tensor choose(long count, Generator generator) {
        if (components.stream().mapToDouble(Component::weight).distinct().count() == 1) {
            return Torch.randint(components.size(), new long[] {count}, generator);
        }
        return weights(DType.FLOAT64, Device.CPU).multinomial(count, true, generator);
    }

    @Override
    public Tensor negativeLogLikelihood(Tensor x) {
        return Scope.returning(() -> {
            DType dtype = x.dtype();
            Tensor variance = sigmas(dtype, x.device()).square();
            Tensor distance = x.unsqueeze(1).sub(means(dtype, x.device())).square().sum(2);
            Tensor logWeight = weights(dtype, x.device()).log()
                    .sub(variance.mul(2 * Math.PI).log().mul(0.5 * dimension()));
            return logWeight.sub(distance.div(variance.mul(2))).logsumexp(1).neg();
        });
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

    /**
     * The velocity field that minimises Eq. 3 for noise N(0, I), in the paper's convention, and its trace: a weighted mean
     * of the components' affine fields.
     *
     * @param x [N, D]
     * @param t [N], in [0, 1]
     * @return of the dtype of x, differentiable
     */
    public Optimal optimalFlow(Tensor x, Tensor t) {
        try (Scope scope = Scope.open()) {
            DType dtype = x.dtype();
            Tensor mean = means(dtype, x.device());
            Tensor variance = sigmas(dtype, x.device()).square();
            Tensor time = t.to(dtype).unsqueeze(1);
            Tensor rest = time.neg().add(1);
            Tensor spread = rest.square().add(time.square().mul(variance));
            Tensor slope = time.mul(variance).sub(rest).div(spread).unsqueeze(2);
            Tensor offset = x.unsqueeze(1).sub(time.unsqueeze(2).mul(mean));
            Tensor logits = weights(dtype, x.device()).log().sub(spread.log().mul(0.5 * dimension()))
                    .sub(offset.square().sum(2).div(spread.mul(2)));
            Tensor share = logits.softmax(1).unsqueeze(2);
            Tensor velocities = mean.add(slope.mul(offset));
            Tensor pull = offset.div(spread.unsqueeze(2));
            Tensor change = pull.sub(share.mul(pull).sum(1, true)).mul(velocities).sum(2, true);
            Tensor trace = share.mul(slope.mul(dimension()).sub(change)).sum(1, 2);
            return new Optimal(share.mul(velocities).sum(1).moveOutward(), trace.moveOutward());
        }
    }

    private Tensor means(DType dtype, Device device) {
        double[] flat = components.stream().flatMap(c -> c.mean().stream()).mapToDouble(m -> m).toArray();
        return Tensor.of(flat, components.size(), dimension()).to(dtype, device);
    }

    private Tensor sigmas(DType dtype, Device device) {
        return Tensor.of(components.stream().mapToDouble(Component::sigma).toArray(), components.size()).to(dtype, device);
    }

    private Tensor weights(DType dtype, Device device) {
        return Tensor.of(components.stream().mapToDouble(Component::weight).toArray(), components.size()).to(dtype, device);
    }
}
