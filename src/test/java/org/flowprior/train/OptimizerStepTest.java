package org.flowprior.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.optim.LearningRateSchedule;
import org.flowprior.torch.optim.Sgd;
import org.junit.jupiter.api.Test;

/** Plain gradient descent on w: the loss is the mean of (w x)^2 / 2 over the items x, whose gradient is w mean(x^2). */
class OptimizerStepTest {

    private static final float[] ITEMS = {1, 2, 3, 4};
    private static final double MEAN_SQUARE = 7.5;

    private final List<MicroBatch> parts = new ArrayList<>();

    private OptimizerStep.Result take(OptimizerStep optimizer, Tensor weight, long step) {
        Tensor items = Tensor.of(ITEMS);
        return optimizer.take(step, ITEMS.length, part -> {
            parts.add(part);
            Tensor products = weight.mul(part.of(items));
            return new OptimizerStep.Loss(products.square().mean().div(2), Map.of("product", products.mean()));
        });
    }

    private static OptimizerStep step(Tensor weight, double largestNorm, int microBatches) {
        LearningRateSchedule schedule = LearningRateSchedule.constantWithWarmup(0.1, 2);
        return new OptimizerStep(new Sgd(List.of(weight), Sgd.Options.DEFAULT), Map.of("w", weight),
                schedule, largestNorm, microBatches);
    }

    @Test
    void microBatchesAddUpAndTheScheduleHasTheRate() {
        try (Scope scope = Scope.open()) {
            Tensor weight = Tensor.of(new float[] {2}).requiresGrad_(true);
            try (OptimizerStep optimizer = step(weight, Double.POSITIVE_INFINITY, 2)) {
                OptimizerStep.Result first = take(optimizer, weight, 1);
                assertThat(first.loss().item()).isCloseTo(4 * MEAN_SQUARE / 2, within(1e-5));
                assertThat(first.terms().get("product").item()).isCloseTo(5, within(1e-6));
                assertThat(first.gradientNorm().item()).isCloseTo(2 * MEAN_SQUARE, within(1e-5));
                assertThat(weight.item()).isEqualTo(2); // the rate of the first step is 0
                take(optimizer, weight, 2);
                assertThat(optimizer.settings(2)).containsEntry("learningRate", 0.05);
                assertThat(weight.item()).isCloseTo(2 - 0.05 * 2 * MEAN_SQUARE, within(1e-6));
            }
        }
        assertThat(parts.subList(0, 2)).containsExactly(new MicroBatch(0, 0, 2), new MicroBatch(1, 2, 2));
    }

    @Test
    void gradientsAreClippedAndWeightsAveraged() {
        try (Scope scope = Scope.open()) {
            Tensor weight = Tensor.of(new float[] {2}).requiresGrad_(true);
            try (OptimizerStep optimizer = step(weight, 1, 4).averaging(0.75)) {
                assertThat(take(optimizer, weight, 3).gradientNorm().item()).isCloseTo(2 * MEAN_SQUARE, within(1e-5));
                assertThat(weight.item()).isCloseTo(1.9, within(1e-6));
                assertThat(optimizer.averages().stateDict().get("w").item()).isCloseTo(1.975, within(1e-6));
            }
        }
    }

    @Test
    void aStepLeavesOnlyItsResult() {
        try (Scope scope = Scope.open()) {
            Tensor weight = Tensor.of(new float[] {2}).requiresGrad_(true);
            try (OptimizerStep optimizer = step(weight, 1, 4)) {
                long[] live = new long[3];
                for (int i = 0; i < live.length; i++) {
                    try (Scope inner = Scope.open()) {
                        take(optimizer, weight, i + 1);
                    }
                    live[i] = Memory.liveTensors();
                }
                assertThat(live[2]).isEqualTo(live[1]);
            }
        }
    }
}
