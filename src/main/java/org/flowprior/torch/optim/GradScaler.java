package org.flowprior.torch.optim;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.Amp;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Scales a loss so that float16 gradients do not vanish, and leaves out steps whose gradients are infinite or NaN:
 * {@code torch.amp.GradScaler}, for parameters on one device.
 *
 * <pre>{@code
 * scaler.scale(loss).backward();
 * scaler.step(optimizer);
 * scaler.update();
 * }</pre>
 */
public final class GradScaler implements AutoCloseable {

    private enum Stage {
        UNSCALED, STEPPED
    }

    /** What is known of an optimiser since the last update. */
    private record Progress(Stage stage, boolean infinite) {}

    private final Options options;
    private final Tensor scale;
    private final Tensor growthTracker;
    private final Map<Optimizer, Progress> optimizers = new IdentityHashMap<>();

    /**
     * PyTorch's options.
     *
     * @param initScale      the first factor of the loss
     * @param growthFactor   what multiplies the factor after growthInterval steps without infinite gradients; above 1
     * @param backoffFactor  what multiplies it after infinite gradients; below 1
     * @param growthInterval number of steps
     * @param enabled        with false the scaler does nothing: losses stay, steps are always made
     */
    public record Options(double initScale, double growthFactor, double backoffFactor, int growthInterval,
            boolean enabled) {
        /** PyTorch's defaults. */
        public static final Options DEFAULT = new Options(65536, 2, 0.5, 2000, true);

        /** Checks the factors. */
        public Options {
            if (!(growthFactor > 1)) {
                throw new IllegalArgumentException("growthFactor must be above 1, it is " + growthFactor);
            }
            if (!(backoffFactor < 1)) {
                throw new IllegalArgumentException("backoffFactor must be below 1, it is " + backoffFactor);
            }
        }
    }

    /** A scaler with PyTorch's defaults, for parameters on the device. */
    public GradScaler(Device device) {
        this(device, Options.DEFAULT);
    }

    /** A scaler for parameters on the device. */
    public GradScaler(Device device, Options options) {
        this.options = options;
        this.scale = Torch.full(new long[0], options.initScale(), DType.FLOAT32, device).keep();
        this.growthTracker = Torch.zeros(new long[0], DType.INT32, device).keep();
    }

    /** Returns the loss times the scale. */
    public Tensor scale(Tensor loss) {
        return options.enabled() ? loss.mul(scale) : loss;
    }

    /**
     * Divides the gradients of the optimiser's parameters by the scale, as clipping needs before a step.
     *
     * @throws IllegalStateException the second time since the last update, or after step
     */
    public void unscale_(Optimizer optimizer) {
        if (!options.enabled()) {
            return;
        }
        if (optimizers.containsKey(optimizer)) {
            throw new IllegalStateException(optimizers.get(optimizer).stage() == Stage.STEPPED
                    ? "unscale_() is being called after step()."
                    : "unscale_() has already been called on this optimizer since the last update().");
        }
        optimizers.put(optimizer, new Progress(Stage.UNSCALED, unscale(optimizer)));
    }

    /** Returns true if a gradient is infinite or NaN. */
    private boolean unscale(Optimizer optimizer) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            Map<DType, List<Tensor>> gradients = new LinkedHashMap<>();
            for (ParameterGroup group : optimizer.parameterGroups()) {
                for (Tensor parameter : group.parameters()) {
                    Tensor gradient = parameter.grad();
                    if (gradient != null) {
                        if (gradient.dtype() == DType.FLOAT16) {
                            throw new IllegalArgumentException("Attempting to unscale FP16 gradients.");
                        }
                        gradients.computeIfAbsent(gradient.dtype(), dtype -> new ArrayList<>()).add(gradient);
                    }
                }
            }
            if (gradients.isEmpty()) {
                throw new IllegalStateException("No inf checks were recorded for this optimizer.");
            }
            Tensor found = Torch.zeros(new long[0], DType.FLOAT32, scale.device());
            Tensor inverse = scale.to(DType.FLOAT64).reciprocal().to(DType.FLOAT32);
            gradients.values().forEach(list -> Amp.foreachNonFiniteCheckAndUnscale_(list, found, inverse));
            return found.item() != 0;
        }
    }

    /**
     * Makes the optimiser's step unless a gradient is infinite or NaN. Returns true if the step was made.
     *
     * @throws IllegalStateException the second time since the last update, or if no parameter has a gradient
     */
    public boolean step(Optimizer optimizer) {
        if (!options.enabled()) {
            optimizer.step();
            return true;
        }
        Progress progress = optimizers.get(optimizer);
        if (progress != null && progress.stage() == Stage.STEPPED) {
            throw new IllegalStateException("step() has already been called since the last update().");
        }
        if (progress == null) {
            unscale_(optimizer);
            progress = optimizers.get(optimizer);
        }
        if (!progress.infinite()) {
            optimizer.step();
        }
        optimizers.put(optimizer, new Progress(Stage.STEPPED, progress.infinite()));
        return !progress.infinite();
    }

    /**
     * Adapts the scale after the steps of all optimisers.
     *
     * @throws IllegalStateException if no optimiser was unscaled or stepped
     */
    public void update() {
        if (!options.enabled()) {
            return;
        }
        if (optimizers.isEmpty()) {
            throw new IllegalStateException("No inf checks were recorded prior to update.");
        }
        boolean infinite = optimizers.values().stream().anyMatch(Progress::infinite);
        try (Scope scope = Scope.open()) {
            Tensor found = Torch.full(new long[0], infinite ? 1 : 0, DType.FLOAT32, scale.device());
            Amp.updateScale_(scale, growthTracker, found, options.growthFactor(), options.backoffFactor(),
                    options.growthInterval());
        }
        optimizers.clear();
    }

    /** Returns the scale; 1 if disabled. */
    public double getScale() {
        return options.enabled() ? scale.item() : 1;
    }

    /** Returns PyTorch's state: scale, factors, interval and the steps since the last change. Empty if disabled. */
    public Map<String, Number> stateDict() {
        Map<String, Number> state = new LinkedHashMap<>();
        if (options.enabled()) {
            state.put("scale", getScale());
            state.put("growth_factor", options.growthFactor());
            state.put("backoff_factor", options.backoffFactor());
            state.put("growth_interval", options.growthInterval());
            state.put("_growth_tracker", (int) growthTracker.item());
        }
        return state;
    }

    /** Takes the scale and the steps since its last change from a state of {@link #stateDict}. */
    public void loadStateDict(Map<String, Number> state) {
        if (!options.enabled()) {
            return;
        }
        for (String key : List.of("scale", "_growth_tracker")) {
            if (state.get(key) == null) {
                throw new IllegalArgumentException("the scaler's state has no key " + key);
            }
        }
        scale.fill_(state.get("scale").doubleValue());
        growthTracker.fill_(state.get("_growth_tracker").intValue());
    }

    @Override
    public void close() {
        scale.close();
        growthTracker.close();
    }
}
