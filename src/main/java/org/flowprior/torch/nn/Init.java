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
 * Fills tensors in place without autograd, and returns them: {@code torch.nn.init} of PyTorch 2.13. The same state of
 * the generator gives PyTorch's numbers. A generator of null is the device's default one.
 */
public final class Init {

    private static final ThreadLocal<Boolean> SKIPPING = ThreadLocal.withInitial(() -> false);

    private Init() {}

    /**
     * Makes a module without initial values, for weights that a state dict replaces as a whole: within the constructor,
     * this class fills no tensor and draws no number, so that parameters are uninitialised memory, as with
     * {@code torch.nn.utils.skip_init}. Other constants of modules, such as the running statistics of batch norms, are
     * set. Applies to this thread.
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

    /** Sets all elements to a value. */
    public static Tensor constant_(Tensor tensor, double value) {
        return withoutGrad(tensor, t -> t.fill_(value));
    }

    /** Sets all elements to 0. */
    public static Tensor zeros_(Tensor tensor) {
        return withoutGrad(tensor, Tensor::zero_);
    }

    /** Sets all elements to 1. */
    public static Tensor ones_(Tensor tensor) {
        return constant_(tensor, 1);
    }

    /** Normal with this mean and standard deviation. */
    public static Tensor normal_(Tensor tensor, double mean, double std, Generator generator) {
        return withoutGrad(tensor, t -> t.normal_(mean, std, generator));
    }

    /** Uniform in [a, b). */
    public static Tensor uniform_(Tensor tensor, double a, double b, Generator generator) {
        return withoutGrad(tensor, t -> t.uniform_(a, b, generator));
    }

    /** Xavier uniform: ± gain · √(6 / (fan in + fan out)). */
    public static Tensor xavierUniform_(Tensor tensor, double gain, Generator generator) {
        double bound = Math.sqrt(3) * xavierStd(tensor, gain);
        return uniform_(tensor, -bound, bound, generator);
    }

    /** Xavier normal: standard deviation gain · √(2 / (fan in + fan out)). */
    public static Tensor xavierNormal_(Tensor tensor, double gain, Generator generator) {
        return normal_(tensor, 0, xavierStd(tensor, gain), generator);
    }

    private static double xavierStd(Tensor tensor, double gain) {
        return gain * Math.sqrt(2.0 / (Fan.IN.of(tensor) + Fan.OUT.of(tensor)));
    }

    /**
     * Kaiming uniform: ± gain · √(3 / fan). PyTorch's defaults are slope 0, IN and LEAKY_RELU.
     *
     * @param slope the negative slope of the leaky ReLU
     */
    public static Tensor kaimingUniform_(Tensor tensor, double slope, Fan fan, Nonlinearity nonlinearity,
            Generator generator) {
        double bound = Math.sqrt(3) * kaimingStd(tensor, slope, fan, nonlinearity);
        return uniform_(tensor, -bound, bound, generator);
    }

    /**
     * Kaiming normal: standard deviation gain / √fan. PyTorch's defaults are slope 0, IN and LEAKY_RELU.
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

    /**
     * Normal with this mean and standard deviation, cut off at a and b: values outside are drawn again. If less than
     * three tenths of the distribution lie inside, uniform values are drawn and accepted by their density instead.
     * PyTorch's defaults are a = -2 and b = 2, not two standard deviations.
     *
     * @throws IllegalArgumentException unless a is below b and the standard deviation is positive
     */
    public static Tensor truncNormal_(Tensor tensor, double mean, double std, double a, double b, Generator generator) {
        if (!(a < b) || !(std > 0)) {
            throw new IllegalArgumentException(
                    "truncNormal_ needs a < b and std > 0, not [" + a + ", " + b + "] and " + std);
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
        // The bounds as rounded to the tensor's dtype.
        double low = Torch.full(new long[0], a, tensor.dtype()).item();
        double high = Torch.full(new long[0], b, tensor.dtype()).item();
        tensor.normal_(mean, std, generator);
        Tensor outside = outside(tensor, low, high);
        while (outside.any().item() != 0) {
            tensor.copy_(Torch.where(outside, Torch.emptyLike(tensor).normal_(mean, std, generator), tensor));
            outside = outside(tensor, low, high);
        }
        return tensor;
    }

    private static Tensor outside(Tensor tensor, double low, double high) {
        return tensor.lt(low).logicalOr(tensor.gt(high));
    }

    private static Tensor acceptByDensity(Tensor tensor, double mean, double std, double a, double b,
            Generator generator) {
        double peak = (Math.clamp(mean, a, b) - mean) / std;
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

    /** The initial values of {@code Linear} and the convolutions: weight and bias uniform in ±1/√(fan in). */
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
