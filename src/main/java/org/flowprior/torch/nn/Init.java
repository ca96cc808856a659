package org.flowprior.torch.nn;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Fills tensors in place without autograd's notice: {@code torch.nn.init} of PyTorch 2.13. The same state of the
 * generator gives PyTorch's numbers. Where a generator is null or not given, the device's default one is drawn from.
 * Each returns its tensor.
 */
public final class Init {

    private static final ThreadLocal<Boolean> SKIPPING = ThreadLocal.withInitial(() -> false);

    private Init() {}

    /**
     * Makes a module without initial values, for weights that a state replaces as a whole: within the constructor,
     * this class fills no tensor and draws no number, so that parameters hold whatever their memory held. As
     * {@code torch.nn.utils.skip_init}. Constants that modules make otherwise, such as the running statistics of batch
     * norms, are there. Applies to this thread.
     *
     * @param constructor makes the module
     * @return the module, which the caller must load
     */
    public static <M extends Module> M skipped(Supplier<M> constructor) {
        boolean before = SKIPPING.get();
        SKIPPING.set(true);
        try {
            return constructor.get();
        } finally {
            SKIPPING.set(before);
        }
    }

    /** All elements to this value. */
    public static Tensor constant_(Tensor tensor, double value) {
        return withoutGrad(tensor, t -> t.fill_(value));
    }

    /** All elements 0. */
    public static Tensor zeros_(Tensor tensor) {
        return withoutGrad(tensor, Tensor::zero_);
    }

    /** All elements 1. */
    public static Tensor ones_(Tensor tensor) {
        return constant_(tensor, 1);
    }

    /** Normal with this mean and standard deviation. */
    public static Tensor normal_(Tensor tensor, double mean, double std) {
        return normal_(tensor, mean, std, null);
    }

    /** Normal with this mean and standard deviation. */
    public static Tensor normal_(Tensor tensor, double mean, double std, Generator generator) {
        return withoutGrad(tensor, t -> t.normal_(mean, std, generator));
    }

    /** Uniform in [a, b). */
    public static Tensor uniform_(Tensor tensor, double a, double b) {
        return uniform_(tensor, a, b, null);
    }

    /** Uniform in [a, b). */
    public static Tensor uniform_(Tensor tensor, double a, double b, Generator generator) {
        return withoutGrad(tensor, t -> t.uniform_(a, b, generator));
    }

    /** Xavier uniform of gain 1: ±√(6 / (fan in + fan out)). */
    public static Tensor xavierUniform_(Tensor tensor) {
        return xavierUniform_(tensor, 1, null);
    }

    /** Xavier uniform of that gain. */
    public static Tensor xavierUniform_(Tensor tensor, double gain) {
        return xavierUniform_(tensor, gain, null);
    }

    /** Xavier uniform of gain 1. */
    public static Tensor xavierUniform_(Tensor tensor, Generator generator) {
        return xavierUniform_(tensor, 1, generator);
    }

    /** Xavier uniform: ± gain · √(6 / (fan in + fan out)). */
    public static Tensor xavierUniform_(Tensor tensor, double gain, Generator generator) {
        double bound = Math.sqrt(3) * xavierStd(tensor, gain);
        return uniform_(tensor, -bound, bound, generator);
    }

    /** Xavier normal of gain 1: standard deviation √(2 / (fan in + fan out)). */
    public static Tensor xavierNormal_(Tensor tensor) {
        return xavierNormal_(tensor, 1, null);
    }

    /** Xavier normal: standard deviation gain · √(2 / (fan in + fan out)). */
    public static Tensor xavierNormal_(Tensor tensor, double gain, Generator generator) {
        return normal_(tensor, 0, xavierStd(tensor, gain), generator);
    }

    private static double xavierStd(Tensor tensor, double gain) {
        return gain * Math.sqrt(2.0 / (Fan.IN.of(tensor) + Fan.OUT.of(tensor)));
    }

    /** Kaiming uniform with PyTorch's defaults: ±√(6 / fan in). */
    public static Tensor kaimingUniform_(Tensor tensor) {
        return kaimingUniform_(tensor, 0, Fan.IN, Nonlinearity.LEAKY_RELU, null);
    }

    /**
     * Kaiming uniform: ± gain · √(3 / fan).
     *
     * @param slope the negative slope of the leaky ReLU
     */
    public static Tensor kaimingUniform_(Tensor tensor, double slope, Fan fan, Nonlinearity nonlinearity,
            Generator generator) {
        double bound = Math.sqrt(3) * kaimingStd(tensor, slope, fan, nonlinearity);
        return uniform_(tensor, -bound, bound, generator);
    }

    /** Kaiming normal with PyTorch's defaults: standard deviation √(2 / fan in). */
    public static Tensor kaimingNormal_(Tensor tensor) {
        return kaimingNormal_(tensor, 0, Fan.IN, Nonlinearity.LEAKY_RELU, null);
    }

    /**
     * Kaiming normal: standard deviation gain / √fan.
     *
     * @param slope the negative slope of the leaky ReLU
     */
    public static Tensor kaimingNormal_(Tensor tensor, double slope, Fan fan, Nonlinearity nonlinearity,
            Generator generator) {
        return normal_(tensor, 0, kaimingStd(tensor, slope, fan, nonlinearity), generator);
    }

    private static double kaimingStd(Tensor tensor, double slope, Fan fan, Nonlinearity nonlinearity) {
        return nonlinearity.gain(slope) / Math.sqrt(fan.of(tensor));
    }

    /** Normal of that standard deviation around 0, cut off at ±2 (not at two standard deviations). */
    public static Tensor truncNormal_(Tensor tensor, double std) {
        return truncNormal_(tensor, 0, std, -2, 2, null);
    }

    /**
     * Normal with this mean and standard deviation, cut off at a and b: values outside are drawn again. Where less than
     * three tenths of the normal lie inside, uniform values are drawn and accepted by their density instead.
     *
     * @throws IllegalArgumentException unless a is below b and the standard deviation positive
     */
    public static Tensor truncNormal_(Tensor tensor, double mean, double std, double a, double b, Generator generator) {
        if (!(a < b) || !(std > 0)) {
            throw new IllegalArgumentException("truncNormal_ wants a < b and std > 0, not [" + a + ", " + b + "] and "
                    + std);
        }
        return withoutGrad(tensor, t -> normalMassBetween((a - mean) / std, (b - mean) / std) > 0.3
                ? redrawOutside(t, mean, std, a, b, generator)
                : acceptByDensity(t, mean, std, a, b, generator));
    }

    private static double normalMassBetween(double from, double to) {
        double[] erf = Tensor.of(new double[] {from / Math.sqrt(2), to / Math.sqrt(2)}).erf().toDoubleArray();
        return (1 + erf[1]) / 2 - (1 + erf[0]) / 2;
    }

    private static Tensor redrawOutside(Tensor tensor, double mean, double std, double a, double b,
            Generator generator) {
        // The bounds as the tensor's dtype has them.
        double low = Torch.full(new long[0], a, tensor.dtype()).item();
        double high = Torch.full(new long[0], b, tensor.dtype()).item();
        tensor.normal_(mean, std, generator);
        Tensor outside = outside(tensor, low, high);
        while (outside.any().item() != 0) {
            Tensor again = Torch.emptyLike(tensor).normal_(mean, std, generator);
            tensor.copy_(Torch.where(outside, again, tensor));
            outside = outside(tensor, low, high);
        }
        return tensor;
    }

    private static Tensor outside(Tensor tensor, double low, double high) {
        return tensor.lt(low).logicalOr(tensor.gt(high));
    }

    private static Tensor acceptByDensity(Tensor tensor, double mean, double std, double a, double b,
            Generator generator) {
        double peak = (Math.max(a, Math.min(mean, b)) - mean) / std;
        double logPeak = -0.5 * peak * peak;
        Tensor candidates = Torch.emptyLike(tensor);
        Tensor chance = Torch.emptyLike(tensor);
        Tensor pending = Torch.onesLike(tensor, DType.BOOL);
        while (pending.any().item() != 0) {
            candidates.uniform_(a, b, generator);
            tensor.copy_(Torch.where(pending, candidates, tensor));
            candidates.sub_(mean).div_(std).pow_(2).mul_(-0.5).sub_(logPeak);
            pending = pending.logicalAnd(chance.uniform_(0, 1, generator).log_().gt(candidates));
        }
        return tensor;
    }

    /** What {@code Linear} and the convolutions start from: weight and bias uniform in ±1/√(fan in). */
    static void likeLinear(Tensor weight, Tensor bias, Generator generator) {
        kaimingUniform_(weight, Math.sqrt(5), Fan.IN, Nonlinearity.LEAKY_RELU, generator);
        if (bias != null) {
            double bound = 1 / Math.sqrt(Fan.IN.of(weight));
            uniform_(bias, -bound, bound, generator);
        }
    }

    private static Tensor withoutGrad(Tensor tensor, UnaryOperator<Tensor> fill) {
        if (!SKIPPING.get()) {
            try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
                fill.apply(tensor);
            }
        }
        return tensor;
    }
}
