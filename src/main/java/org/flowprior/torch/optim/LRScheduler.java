package org.flowprior.torch.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Sets an optimiser's learning rates from step to step: {@code torch.optim.lr_scheduler.LRScheduler}. Call
 * {@link #step} after the optimiser's step, once an epoch or once a step. A rate is a function of the group's initial rate
 * and of the number of calls, as PyTorch's closed forms; two schedulers of one optimiser do not multiply.
 */
public abstract class LRScheduler {

    private final Optimizer optimizer;
    private List<Double> initial;
    private long count;

    /** Schedules the rates that the optimiser has now. A subclass calls {@link #begin} at the end of its constructor. */
    protected LRScheduler(Optimizer optimizer) {
        this.optimizer = optimizer;
        initial = getLastLr();
    }

    /**
     * The learning rate of a group.
     *
     * @param initialRate the rate that it had when this scheduler was made
     * @param number      number of calls of {@link #step} so far
     */
    protected abstract double rate(double initialRate, long number);

    /** Sets the rates of the first step. */
    protected final void begin() {
        set();
    }

    /** Sets the rates of the next step. */
    public final void step() {
        count++;
        set();
    }

    private void set() {
        for (int g = 0; g < initial.size(); g++) {
            optimizer.setLearningRate(g, rate(initial.get(g), count));
        }
        set(optimizer, count);
    }

    /** Sets other options than the learning rate; here none. */
    void set(Optimizer scheduled, long number) {}

    /** The groups' present learning rates. */
    public final List<Double> getLastLr() {
        return IntStream.range(0, optimizer.parameterGroups().size()).mapToObj(optimizer::learningRate).toList();
    }

    /** The state under PyTorch's names: {@code base_lrs}, {@code last_epoch}, {@code _step_count}, {@code _last_lr}. */
    public final Map<String, Object> stateDict() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("base_lrs", initial);
        state.put("last_epoch", count);
        state.put("_step_count", count + 1);
        state.put("_last_lr", getLastLr());
        return state;
    }

    /**
     * Loads such a state, of this class or of PyTorch's; load the optimiser's too, which has the rates.
     *
     * @throws IllegalArgumentException if {@code base_lrs} or {@code last_epoch} are missing or do not fit
     */
    public final void loadStateDict(Map<?, ?> state) {
        if (!(state.get("base_lrs") instanceof List<?> rates && rates.size() == initial.size()
                && rates.stream().allMatch(Number.class::isInstance)
                && state.get("last_epoch") instanceof Number number)) {
            throw new IllegalArgumentException("a scheduler's state has 'base_lrs', a list of " + initial.size()
                    + " numbers, and 'last_epoch', a number; this has " + state);
        }
        initial = rates.stream().map(rate -> ((Number) rate).doubleValue()).toList();
        count = number.longValue();
    }
}
