package org.flowprior.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.optim.Ema;
import org.flowprior.torch.optim.GradientClipping;
import org.flowprior.torch.optim.LearningRateSchedule;
import org.flowprior.torch.optim.Optimizer;

/**
 * One step of training: gradient accumulation over micro-batches, gradient clipping, the learning rate of the schedule,
 * the optimiser's step, and moving averages of the weights. Owns the optimiser and the averages, not the parameters.
 */
public final class OptimizerStep implements AutoCloseable {

    /**
     * The loss of a micro-batch.
     *
     * @param total a scalar with its graph, a mean over the micro-batch
     * @param terms scalars for the log, by name
     */
    public record Loss(Tensor total, Map<String, Tensor> terms) {

        /** A loss without terms. */
        public Loss(Tensor total) {
            this(total, Map.of());
        }
    }

    /**
     * The values of a step, scalars without gradients.
     *
     * @param loss         mean of the micro-batches' losses
     * @param terms        means of their terms, float32
     * @param gradientNorm Euclidean norm of all gradients before clipping
     */
    public record Result(Tensor loss, Map<String, Tensor> terms, Tensor gradientNorm) {}

    private final Optimizer optimizer;
    private final Map<String, Tensor> parameters;
    private final LearningRateSchedule schedule;
    private final double largestNorm;
    private final int microBatches;
    private Ema averages;

    /**
     * Combines an optimiser with its schedule, clipping and accumulation.
     *
     * @param parameters   the parameters that the optimiser changes, by name
     * @param schedule     the learning rate by the number of steps already done
     * @param largestNorm  the largest norm of the gradient, to which it is clipped; infinite: no clipping
     * @param microBatches number of micro-batches of a batch
     */
    public OptimizerStep(Optimizer optimizer, Map<String, Tensor> parameters, LearningRateSchedule schedule,
            double largestNorm, int microBatches) {
        this.optimizer = optimizer;
        this.parameters = new LinkedHashMap<>(parameters);
        this.schedule = schedule;
        this.largestNorm = largestNorm;
        this.microBatches = microBatches;
    }

    /** Also keeps moving averages of the parameters, which begin as copies; {@code decay} in [0, 1). Returns this. */
    public OptimizerStep averaging(double decay) {
        averages = new Ema(parameters, decay);
        return this;
    }

    /**
     * Does a step.
     *
     * @param step  the number of the step, from 1
     * @param items number of items of the batch, a multiple of the number of micro-batches
     * @param loss  computes the loss of a micro-batch; called once for each, in order, in a scope of its own
     * @return scalars that belong to the innermost scope
     */
    public Result take(long step, long items, Function<MicroBatch, Loss> loss) {
        optimizer.zeroGrad();
        Map<String, Tensor> total = new LinkedHashMap<>();
        Map<String, Tensor> terms = new LinkedHashMap<>();
        long size = items / microBatches;
        for (int i = 0; i < microBatches; i++) {
            MicroBatch part = new MicroBatch(i, i * size, size);
            try (Scope scope = Scope.open()) {
                Loss value = loss.apply(part);
                Tensor share = value.total().div(microBatches);
                share.backward();
                try (NoGrad noGrad = new NoGrad()) {
                    add(total, "loss", share.detach());
                    value.terms().forEach((name, term) -> add(terms, name, term.to(DType.FLOAT32).div(microBatches)));
                }
            }
        }
        Tensor norm = GradientClipping.clipNorm(List.copyOf(parameters.values()), largestNorm);
        optimizer.setLearningRate(schedule.at(step - 1));
        optimizer.step();
        if (averages != null) {
            averages.update();
        }
        return new Result(total.get("loss"), terms, norm);
    }

    private static void add(Map<String, Tensor> sums, String name, Tensor share) {
        Tensor before = sums.get(name);
        if (before == null) {
            sums.put(name, share.clone().moveOutward());
        } else {
            before.add_(share);
        }
    }

    /** Returns the settings of a step for the log: {@code learningRate}. */
    public Map<String, Double> settings(long step) {
        return Map.of("learningRate", schedule.at(step - 1));
    }

    /** Returns the optimiser. */
    public Optimizer optimizer() {
        return optimizer;
    }

    /** Returns the moving averages; null without {@link #averaging}. */
    public Ema averages() {
        return averages;
    }

    @Override
    public void close() {
        if (averages != null) {
            averages.close();
        }
        optimizer.close();
    }
}
