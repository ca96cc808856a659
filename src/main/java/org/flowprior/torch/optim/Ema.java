package org.flowprior.torch.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.Foreach;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.StateDict;

/**
 * Exponential moving averages e of parameters p under the parameters' names: e ← decay · e + (1 − decay) · p, in one
 * call for all: {@code torch.optim.swa_utils.get_ema_multi_avg_fn}. They begin as copies. Owns the averages, which live
 * outside every scope until {@link #close}.
 *
 * <p>It is computed as e + (1 − decay) · (p − e). The other form, {@code e.mul_(decay).add_(p, alpha=1 - decay)},
 * rounds its two factors to float32, where for a decay of 0.9999 they sum to 1 − 1.7e-8 and draw the average of a
 * constant p in the long run to p · (1 − 1.7e-4).
 */
public final class Ema implements AutoCloseable {

    private final Map<String, Tensor> parameters;
    private final Map<String, Tensor> averages = new LinkedHashMap<>();
    private final List<Tensor> parameterList;
    private final List<Tensor> averageList;
    private final double decay;
    private boolean swapped;

    /**
     * Averages of these, for example a module's {@code namedParameters()}.
     *
     * @throws IllegalArgumentException when the decay is not in [0, 1]
     */
    public Ema(Map<String, Tensor> parameters, double decay) {
        if (!(decay >= 0 && decay <= 1)) {
            throw new IllegalArgumentException("the decay must be in [0, 1], not " + decay);
        }
        this.parameters = new LinkedHashMap<>(parameters);
        this.decay = decay;
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            parameters.forEach((name, parameter) -> averages.put(name, parameter.detach().clone().keep()));
        }
        parameterList = new ArrayList<>(this.parameters.values());
        averageList = new ArrayList<>(averages.values());
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
            Foreach.lerp_(averageList, parameterList, 1 - decay);
        }
    }

    /** The averages themselves. */
    public Map<String, Tensor> stateDict() {
        return new LinkedHashMap<>(averages);
    }

    /**
     * Copies values into the averages.
     *
     * @throws org.flowprior.torch.nn.StateDictException when names or shapes differ, before anything is written
     */
    public void loadStateDict(Map<String, Tensor> state) {
        StateDict.load("the moving averages", averages, state);
    }

    /**
     * Copies the averages into tensors of the same names, for example another module's {@code namedParameters()}.
     *
     * @throws org.flowprior.torch.nn.StateDictException when names or shapes differ, before anything is written
     */
    public void copyTo(Map<String, Tensor> targets) {
        StateDict.load("the targets of the moving averages", targets, averages);
    }

    /**
     * Puts the averages in the parameters' place, without copying, until the result is closed.
     *
     * @throws IllegalStateException when they are swapped already
     */
    public Swap swap() {
        requireNotSwapped();
        exchange();
        swapped = true;
        return new Swap(this);
    }

    private void requireNotSwapped() {
        if (swapped) {
            throw new IllegalStateException("the averages stand in the parameters' place; close the swap first");
        }
    }

    private void exchange() {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            for (int i = 0; i < parameterList.size(); i++) {
                Tensor before = parameterList.get(i).detach();
                parameterList.get(i).setData(averageList.get(i));
                averageList.get(i).setData(before);
            }
        }
    }

    /** The time in which the averages stand in the parameters' place. */
    public static final class Swap implements AutoCloseable {

        private final Ema ema;
        private boolean closed;

        private Swap(Ema ema) {
            this.ema = ema;
        }

        /** Puts both back. Throws {@link IllegalStateException} the second time. */
        @Override
        public void close() {
            if (closed) {
                throw new IllegalStateException("this swap is closed");
            }
            closed = true;
            ema.exchange();
            ema.swapped = false;
        }
    }

    /** Closes the averages; the parameters stay open. */
    @Override
    public void close() {
        requireNotSwapped();
        averageList.forEach(Tensor::close);
    }
}
