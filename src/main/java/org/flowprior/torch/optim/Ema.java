package org.flowprior.torch.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.Foreach;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.StateDict;

/**
 * Exponential moving averages e of parameters p, under the parameters' names: e ← decay · e + (1 − decay) · p, in one
 * call for all: {@code torch.optim.swa_utils.get_ema_multi_avg_fn}. Each starts as a copy of its parameter. This object
 * owns the averages, which live outside every scope until {@link #close}.
 *
 * <p>An update computes e + (1 − decay) · (p − e). The form {@code e.mul_(decay).add_(p, alpha=1 - decay)} would round
 * its two factors to float32: for a decay of 0.9999 they sum to 1 − 1.7e-8, so the average of a constant p would in the
 * long run become p · (1 − 1.7e-4).
 */
public final class Ema implements AutoCloseable {

    private final List<Tensor> parameters;
    private final Map<String, Tensor> averages = new LinkedHashMap<>();
    private final List<Tensor> averageList;
    private final double decay;
    private boolean swapped;

    /**
     * Starts averages of these parameters, for example a module's {@code namedParameters()}.
     *
     * @throws IllegalArgumentException if the decay is not in [0, 1]
     */
    public Ema(Map<String, Tensor> parameters, double decay) {
        if (!(decay >= 0 && decay <= 1)) {
            throw new IllegalArgumentException("the decay must be in [0, 1], not " + decay);
        }
        this.parameters = List.copyOf(parameters.values());
        this.decay = decay;
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            parameters.forEach((name, parameter) -> averages.put(name, parameter.detach().clone().keep()));
        }
        averageList = List.copyOf(averages.values());
    }

    /** The decay. */
    public double decay() {
        return decay;
    }

    /**
     * Moves the averages towards the parameters.
     *
     * @throws IllegalStateException while they are swapped
     */
    public void update() {
        requireNotSwapped();
        try (NoGrad noGrad = new NoGrad()) {
            Foreach.lerp_(averageList, parameters, 1 - decay);
        }
    }

    /** The averages themselves, by name. */
    public Map<String, Tensor> stateDict() {
        return new LinkedHashMap<>(averages);
    }

    /**
     * Copies these values into the averages.
     *
     * @throws org.flowprior.torch.nn.StateDictException if names or shapes differ; then nothing is written
     */
    public void loadStateDict(Map<String, Tensor> state) {
        StateDict.load("the moving averages", averages, state);
    }

    /**
     * Copies the averages into tensors of the same names, for example another module's {@code namedParameters()}.
     *
     * @throws org.flowprior.torch.nn.StateDictException if names or shapes differ; then nothing is written
     */
    public void copyTo(Map<String, Tensor> targets) {
        StateDict.load("the targets of the moving averages", targets, averages);
    }

    /**
     * Exchanges the averages and the parameters, without copies, until the result is closed.
     *
     * @throws IllegalStateException if they are swapped already
     */
    public Swap swap() {
        requireNotSwapped();
        exchange();
        swapped = true;
        return new Swap();
    }

    private void requireNotSwapped() {
        if (swapped) {
            throw new IllegalStateException("the averages are swapped with the parameters; close the swap first");
        }
    }

    private void exchange() {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            for (int i = 0; i < parameters.size(); i++) {
                Tensor before = parameters.get(i).detach();
                parameters.get(i).setData(averageList.get(i));
                averageList.get(i).setData(before);
            }
        }
    }

    /** The exchange of averages and parameters, until it is closed. */
    public final class Swap implements AutoCloseable {

        private boolean closed;

        private Swap() {}

        /** Restores both. Throws {@link IllegalStateException} the second time. */
        @Override
        public void close() {
            if (closed) {
                throw new IllegalStateException("this swap is closed");
            }
            closed = true;
            exchange();
            swapped = false;
        }
    }

    /** Closes the averages; the parameters stay open. */
    @Override
    public void close() {
        requireNotSwapped();
        averageList.forEach(Tensor::close);
    }
}
