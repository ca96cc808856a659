package org.flowprior.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The losses against the golden values of the spec's Appendix A, for the tiny network; they were computed in float32.
 */
@InScope
class FlowLossTest {

    private static final AlignmentLoss.Options PLAIN = AlignmentLoss.Options.DEFAULT;
    private static final AlignmentLoss.Options DETACHED = new AlignmentLoss.Options(1, false, false, false, false,
            true);
    private static final AlignmentLoss.Options NORMALIZED_VELOCITY =
            new AlignmentLoss.Options(1, false, false, false, true, false);
    private static final double[] GRADIENT = {.473798513, -.0275188424, .158717811, .00801252853, -.0715039521,
        .250506252};

    private VelocityNetwork network;
    private Tensor y;
    private Tensor noise;
    private Tensor officialTimes;

    @BeforeEach
    void open() {
        network = HashFill.tiny(DType.FLOAT64);
        y = HashFill.input(HashFill.Y, 6, 2, DType.FLOAT64).requiresGrad_(true);
        noise = HashFill.input(HashFill.NOISE, 6, 2, DType.FLOAT64);
        officialTimes = HashFill.times(6, DType.FLOAT64);
    }

    @AfterEach
    void close() {
        network.close();
    }

    private FlowModel frozen(TimeConvention convention) {
        return new FlowModel(network, convention).freeze();
    }

    /** The official loss with these draws is ours at t = 1 - s. */
    private Tensor loss(AlignmentLoss.Options options) {
        return AlignmentLoss.of(frozen(TimeConvention.OFFICIAL), options)
                .loss(y, officialTimes.neg().add(1), noise);
    }

    private void check(Tensor loss, double expected, double... gradient) {
        assertThat(loss.item()).isCloseTo(expected, within(5e-7));
        loss.backward();
        assertThat(Arrays.copyOf(y.grad().toDoubleArray(), 6)).containsExactly(gradient, within(5e-7));
        assertThat(network.parameters()).allMatch(p -> p.grad() == null);
    }

    @Test
    void officialWeightsGiveTheOfficialLoss() {
        check(loss(PLAIN), 4.189868, GRADIENT);
    }

    @Test
    void detachingThePredictionKeepsTheValueAndCutsTheGradient() {
        check(loss(DETACHED), 4.189868,
                .475928009, -.00945339631, .268758059, .0146160824, -.0905171558, .271788955);
    }

    @Test
    void normalizingTheVelocity() {
        check(loss(NORMALIZED_VELOCITY), 5.7140236,
                .577952564, .00734176254, .0532519296, -.0393930301, .0544379018, .175578892);
    }

    @Test
    void paperWeightsGiveTheToysLoss() {
        check(AlignmentLoss.of(frozen(TimeConvention.PAPER)).loss(y, officialTimes, noise), 2.5697749,
                .359455228, -.0676570535, .330805004, .148629621, -.740381479, -.452042103);
    }

    @Test
    void flowMatchingIsTheSameNumberAndTrainsTheWeights() {
        Tensor loss = FlowMatchingLoss.of(new FlowModel(network, TimeConvention.PAPER))
                .loss(y.detach(), officialTimes, noise);
        assertThat(loss.item()).isCloseTo(2.5697749, within(5e-7));
        loss.backward();
        assertThat(network.parameters()).allMatch(p -> p.grad() != null);
    }

    @Test
    void float32Agrees() {
        network.to(DType.FLOAT32);
        Tensor latents = y.detach().to(DType.FLOAT32).requiresGrad_(true);
        Tensor loss = AlignmentLoss.of(frozen(TimeConvention.OFFICIAL)).loss(latents,
                officialTimes.to(DType.FLOAT32).neg().add(1), noise.to(DType.FLOAT32));
        assertThat(loss.item()).isCloseTo(4.189868, within(5e-6));
        loss.backward();
        assertThat(Arrays.copyOf(latents.grad().toDoubleArray(), 6)).containsExactly(GRADIENT, within(5e-6));
    }

    @Test
    void reductionsDifferByTheirFactors() {
        AlignmentLoss loss = AlignmentLoss.of(frozen(TimeConvention.PAPER));
        Tensor squares = loss.loss(y, officialTimes, noise, null, LossReduction.NONE);
        assertThat(squares.shape()).containsExactly(6, 2);
        double mean = loss.loss(y, officialTimes, noise).item();
        assertThat(squares.mean().item()).isCloseTo(mean, within(1e-12));
        assertThat(loss.loss(y, officialTimes, noise, null, LossReduction.SQUARED_NORM).item())
                .isCloseTo(2 * mean, within(1e-12));
    }

    @Test
    void copiesAreWholeAndTheirGradientsAddUp() {
        AlignmentLoss loss = AlignmentLoss.of(frozen(TimeConvention.OFFICIAL), PLAIN.withFlowMul(2));
        Tensor twice = Torch.cat(List.of(officialTimes, officialTimes)).neg().add(1);
        check(loss.loss(y, twice, Torch.cat(List.of(noise, noise))), 4.189868, GRADIENT);
        // Whole copies, not interleaved: rows 6 to 11 are the latents again.
        Tensor squares = loss.loss(y, twice, Torch.cat(List.of(noise, noise)), null, LossReduction.NONE);
        double[] values = squares.toDoubleArray();
        assertThat(Arrays.copyOfRange(values, 12, 24)).containsExactly(Arrays.copyOf(values, 12));
    }

    @Test
    void tokensAreRows() {
        AlignmentLoss loss = AlignmentLoss.of(frozen(TimeConvention.OFFICIAL));
        check(loss.loss(y.view(2, 3, 2), officialTimes.neg().add(1), noise), 4.189868, GRADIENT);
    }

    @Test
    void timesAreDrawnBeforeNoise() {
        AlignmentLoss loss = AlignmentLoss.of(frozen(TimeConvention.PAPER), PLAIN.withFlowMul(4));
        try (Generator first = Generator.seeded(5); Generator second = Generator.seeded(5)) {
            Tensor t = Torch.rand(new long[] {24}, first, DType.FLOAT64);
            Tensor n = Torch.randn(new long[] {24, 2}, first, DType.FLOAT64);
            assertThat(loss.loss(y, second).item()).isEqualTo(loss.loss(y, t, n).item());
        }
    }

    @Test
    void targetsAreNormalizedAsTheOfficialCodeDoes() {
        check(normalized(new AlignmentLoss.Options(1, true, false, false, false, false)), .62303984, -.73044652);
        check(normalized(new AlignmentLoss.Options(1, true, true, true, false, false)), .82922733, -.55891144);
        check(normalized(new AlignmentLoss.Options(1, true, true, false, false, false)), 1.03581524, -.46578875);
        // Without normTarget the others do nothing.
        assertThat(normalized(new AlignmentLoss.Options(1, false, true, true, false, false)).isSame(y)).isTrue();
    }

    private Tensor normalized(AlignmentLoss.Options options) {
        return new TargetNormalization(options, Torch.zeros()).forward(y);
    }

    private static void check(Tensor normalized, double first, double second) {
        assertThat(Arrays.copyOf(normalized.toDoubleArray(), 2))
                .containsExactly(new double[] {first, second}, within(1e-6));
    }

    @Test
    void statisticsCountAsConstantsAndLengthsDoNot() {
        // d/dy sum(w (y - mean)/(std + 1e-8)) with constant mean and std is w/std.
        Tensor w = Torch.arange(12, DType.FLOAT64).view(6, 2);
        BiFunction<Boolean, Boolean, double[]> gradient = (unit, moving) -> {
            y.setGrad(null);
            normalized(new AlignmentLoss.Options(1, true, moving, unit, false, false)).mul(w).sum().backward();
            return y.grad().toDoubleArray();
        };
        Tensor std = y.detach().std();
        assertThat(gradient.apply(false, false)).containsExactly(w.div(std.add(1e-8)).toDoubleArray(), within(1e-9));
        assertThat(gradient.apply(false, true)).containsExactly(w.mul(std).toDoubleArray(), within(1e-6));
        Tensor unit = y.detach().div(y.detach().norm(2, 1, true));
        Tensor tangent = w.sub(unit.mul(unit.mul(w).sum(1, true))).div(y.detach().norm(2, 1, true));
        assertThat(gradient.apply(true, false)).containsExactly(tangent.toDoubleArray(), within(1e-9));
    }

    @Test
    void theMovingAverageStartsAtTheFirstDeviationAndIsTheOnlyState() {
        try (AlignmentLoss loss = AlignmentLoss.of(frozen(TimeConvention.PAPER),
                new AlignmentLoss.Options(1, true, true, false, false, false))) {
            assertThat(loss.stateDict().keySet()).containsExactly("moving_avg");
            Tensor average = loss.stateDict().get("moving_avg");
            assertThat(average.shape()).isEmpty();
            loss.loss(y, officialTimes, noise);
            assertThat(average.item()).isCloseTo(1.05329680, within(1e-6));
            loss.loss(y.detach().mul(2), officialTimes, noise);
            assertThat(average.item()).isCloseTo(1.05329680 * (.9997 + .0003 * 2), within(1e-6));
        }
        try (AlignmentLoss plain = AlignmentLoss.of(frozen(TimeConvention.PAPER))) {
            assertThat(plain.stateDict()).isEmpty();
        }
    }

    @Test
    void aModelThatStillTrainsIsRefused() {
        assertThatThrownBy(() -> AlignmentLoss.of(new FlowModel(network, TimeConvention.PAPER)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("freeze()");
    }

    @Test
    void shapesThatDoNotFitAreNamed() {
        AlignmentLoss loss = AlignmentLoss.of(frozen(TimeConvention.PAPER));
        assertThatThrownBy(() -> loss.loss(y, officialTimes, noise.slice(0, 0L, 5L, 1)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("noise must be [6, 2], not [5, 2]");
        assertThatThrownBy(() -> loss.loss(y, officialTimes.unsqueeze(1), noise))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("t must be [6], not [6, 1]");
        assertThatThrownBy(() -> loss.loss(y.view(12), officialTimes, noise))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("y must be [N, D], not [12]");
    }

    @Test
    void alignmentStepsLeaveNoTensorsBehind() {
        AlignmentLoss loss = AlignmentLoss.of(frozen(TimeConvention.OFFICIAL),
                new AlignmentLoss.Options(4, true, true, false, true, false));
        Runnable step = () -> {
            try (Scope inner = Scope.open()) {
                loss.loss(y, (Generator) null).backward();
                y.setGrad(null);
            }
        };
        step.run();
        long live = Memory.liveTensors();
        long bytes = Memory.cpuBytes();
        for (int i = 0; i < 20; i++) {
            step.run();
        }
        assertThat(Memory.liveTensors()).isEqualTo(live);
        assertThat(Memory.cpuBytes()).isCloseTo(bytes, within(2000L));
        loss.close();
    }
}
