package org.flowprior.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.function.Consumer;
import org.flowprior.fixtures.VelocityFill;
import org.flowprior.target.IdentityProjection;
import org.flowprior.target.RandomProjection;
import org.flowprior.torch.Autocast;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@InScope
class FlowPriorTest {

    private static final VelocityNetwork.Config CONFIG = new VelocityNetwork.Config(4, 0, 2, 16);

    private FlowPrior prior;

    @BeforeEach
    void open() {
        prior = identity();
    }

    @AfterEach
    void close() {
        prior.close();
    }

    private static FlowPrior identity() {
        return new FlowPrior(model(), new IdentityProjection(4), 1, Map.of());
    }

    private static FlowModel model() {
        return new FlowModel(VelocityFill.network(CONFIG, DType.FLOAT32), TimeConvention.OFFICIAL).freeze();
    }

    private static Tensor latents() {
        return VelocityFill.input(VelocityFill.Y, 6, 4, DType.FLOAT32).requiresGrad_(true);
    }

    private static Generator seeded() {
        return Generator.seeded(7);
    }

    /** Loss, then gradient to y. */
    private static float[][] lossAndGradient(FlowPrior prior) {
        Tensor y = latents();
        try (Generator generator = seeded()) {
            Tensor loss = prior.alignmentLoss(y, generator);
            loss.backward();
            return new float[][] {loss.toFloatArray(), y.grad().toFloatArray()};
        }
    }

    @Test
    void lossAndGradientAreThoseOfTheAlignmentLoss() {
        AlignmentLoss.Options options = AlignmentLoss.Options.DEFAULT.withFlowMul(3);
        prior.withOptions(options);
        Tensor y = latents();
        try (Generator generator = seeded(); AlignmentLoss plain = AlignmentLoss.of(prior.model(), options)) {
            Tensor loss = plain.loss(y, generator);
            loss.backward();
            float[][] actual = lossAndGradient(prior);
            assertThat(actual[0]).containsExactly(loss.toFloatArray());
            assertThat(actual[1]).containsExactly(y.grad().toFloatArray());
        }
        assertThat(lossAndGradient(prior.withOptions(AlignmentLoss.Options.DEFAULT))[1])
                .isNotEqualTo(y.grad().toFloatArray());
    }

    @Test
    void noWeightHasAGradientAfterIt() {
        lossAndGradient(prior);
        lossAndGradient(prior.forBf16());
        assertThat(prior.model().network().parameters()).allMatch(weight -> weight.grad() == null)
                .noneMatch(Tensor::requiresGrad);
    }

    @Test
    void weightsCastOnceGiveTheBitsOfAutocast() {
        float[][] expected;
        try (Autocast autocast = Autocast.on(Device.Type.CPU, DType.BFLOAT16)) {
            expected = lossAndGradient(prior);
        }
        float[][] exact = lossAndGradient(prior);
        float[][] cast = lossAndGradient(prior.forBf16());
        assertThat(cast[0]).containsExactly(expected[0]).isNotEqualTo(exact[0]);
        assertThat(cast[1]).containsExactly(expected[1]).isNotEqualTo(exact[1]);
        assertThat(prior.model().network().parameters()).allMatch(weight -> weight.dtype() == DType.FLOAT32);
    }

    @Test
    void onlyLinearWeightsAreCastAndTheOthersAreShared() {
        try (VelocityNetwork cast = prior.model().network().castLinear(DType.BFLOAT16)) {
            Map<String, Tensor> weights = prior.model().network().stateDict();
            cast.stateDict().forEach((key, tensor) -> {
                boolean norm = key.contains("in_ln");
                assertThat(tensor.dtype()).as(key).isEqualTo(norm ? DType.FLOAT32 : DType.BFLOAT16);
                assertThat(tensor.storageAddress() == weights.get(key).storageAddress()).as(key).isEqualTo(norm);
            });
        }
    }

    @Test
    void latentsInBf16HaveAFiniteGradientInBf16() {
        prior.forBf16();
        Tensor y = latents().detach().to(DType.BFLOAT16).requiresGrad_(true);
        try (Generator generator = seeded()) {
            Tensor loss = prior.alignmentLoss(y.view(2, 3, 4), generator);
            assertThat(loss.dtype()).isEqualTo(DType.FLOAT32);
            loss.backward();
        }
        assertThat(y.grad().dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(y.grad().isfinite().all().item()).isEqualTo(1.0);
    }

    @Test
    void liveTensorsAreEqualAfterTenAndFiftyCalls() {
        try (FlowPrior cast = identity().forBf16()) {
            for (FlowPrior each : new FlowPrior[] {prior, cast}) {
                Consumer<Integer> calls = count -> {
                    for (int i = 0; i < count; i++) {
                        try (Scope step = Scope.open()) {
                            lossAndGradient(each);
                            each.target(Torch.ones(2, 4));
                            each.sample(2, 2, null);
                        }
                    }
                };
                calls.accept(10);
                long after = Memory.liveTensors();
                calls.accept(40);
                assertThat(Memory.liveTensors()).isEqualTo(after);
            }
        }
    }

    @Test
    void aPriorLeavesNothingBehind() {
        long before = Memory.liveTensors();
        try (Scope own = Scope.open();
                FlowPrior closed = new FlowPrior(model(), RandomProjection.official(8, 4), 2, Map.of()).forBf16()) {
            closed.withOptions(new AlignmentLoss.Options(1, true, true, false, false, false));
            closed.withProjection(RandomProjection.seeded(6, 4, 1), 3);
            closed.withProjection(closed.projection(), 4);
            lossAndGradient(closed);
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    @Test
    void freezingChangesNoBitOfTheGradient() {
        try (FlowModel training = new FlowModel(VelocityFill.network(CONFIG, DType.FLOAT32), TimeConvention.OFFICIAL)) {
            Tensor y = latents();
            Tensor noise = VelocityFill.input(VelocityFill.NOISE, 6, 4, DType.FLOAT32);
            Tensor t = VelocityFill.times(6, DType.FLOAT32);
            FlowMatchingLoss.of(training).loss(y, t, noise).backward();
            Tensor aligned = latents();
            try (AlignmentLoss frozen = AlignmentLoss.of(prior.model())) {
                frozen.loss(aligned, t, noise).backward();
            }
            assertThat(aligned.grad().toFloatArray()).containsExactly(y.grad().toFloatArray());
        }
    }

    /**
     * Of each block: h, the two factors with the shift in their storage, what SiLU reads; of the last layer: h, factor
     * and shift. Eager PyTorch keeps one more of each block and of the last layer, 1 + scale.
     */
    @Test
    void aLossKeepsFiveTensorsOfEachBlockForItsGradient() {
        long rows = 256;
        int depth = 4;
        long width = 64;
        long one = rows * width * DType.FLOAT32.bytes();
        try (FlowPrior wide = new FlowPrior(new FlowModel(new VelocityNetwork(new VelocityNetwork.Config(4, 0, depth,
                width)), TimeConvention.OFFICIAL).freeze(), new IdentityProjection(4), 1, Map.of())) {
            Tensor y = Torch.randn(rows, 4).requiresGrad_(true);
            long before = Memory.cpuBytes();
            wide.alignmentLoss(y);
            assertThat(Memory.cpuBytes() - before).isBetween((5 * depth + 3) * one, (5 * depth + 4) * one);
        }
    }

    @Test
    void targetsAreScaledThenProjectedInFloat32WithoutGradients() {
        prior.withProjection(RandomProjection.official(8, 4), 3);
        Tensor features = VelocityFill.input(1, 5, 8, DType.FLOAT32).requiresGrad_(true);
        Tensor weight = ((RandomProjection) prior.projection()).weight();
        float[] expected = features.detach().mul(3).matmul(weight.t()).toFloatArray();
        try (Autocast autocast = Autocast.on(Device.Type.CPU, DType.BFLOAT16)) {
            Tensor target = prior.target(features);
            assertThat(target.dtype()).isEqualTo(DType.FLOAT32);
            assertThat(target.requiresGrad()).isFalse();
            assertThat(target.shape()).containsExactly(5, 4);
            assertThat(target.toFloatArray()).containsExactly(expected);
        }
        // Stored short, features are widened before they are scaled, not after.
        Tensor stored = features.detach().to(DType.BFLOAT16);
        assertThat(prior.target(stored).toFloatArray())
                .containsExactly(stored.to(DType.FLOAT32).mul(3).matmul(weight.t()).toFloatArray());
    }

    @Test
    void targetsOfTheIdentityAreTheFeaturesTimesTheScaling() {
        prior.withProjection(new IdentityProjection(4), 0.5);
        Tensor features = Torch.ones(2, 4);
        assertThat(prior.target(features).toFloatArray()).containsOnly(0.5f);
        assertThat(features.toFloatArray()).containsOnly(1f);
        assertThat(prior.scaling()).isEqualTo(0.5);
    }

    @Test
    void samplesAreThoseOfEulersMethod() {
        try (Generator one = seeded(); Generator two = seeded()) {
            Tensor expected = new EulerSampler(5).sample(prior.model(), Torch.randn(new long[] {3, 4}, two));
            Tensor samples = prior.sample(3, 5, one);
            assertThat(samples.toFloatArray()).containsExactly(expected.toFloatArray());
            assertThat(samples.requiresGrad()).isFalse();
        }
        assertThat(prior.forBf16().sample(3, 5, null).dtype()).isEqualTo(DType.FLOAT32);
    }

    @Test
    void wrongWidthsAreNamed() {
        assertThatThrownBy(() -> prior.alignmentLoss(Torch.ones(6, 5))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("flow prior: latents must be [N, 4] or [A, L, 4], not [6, 5]");
        assertThatThrownBy(() -> prior.alignmentLoss(Torch.ones(4))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> prior.target(Torch.ones(6, 896))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[N, 4], not [6, 896]").hasMessageContaining("withProjection()");
        assertThatThrownBy(() -> prior.withProjection(new IdentityProjection(5), 1))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("gives 5 channels");
        for (double scaling : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> prior.withProjection(new IdentityProjection(4), scaling))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("scaling");
        }
    }

    @Test
    void aModelInTrainingOrWithAConditionIsRefused() {
        try (FlowModel training = new FlowModel(new VelocityNetwork(CONFIG), TimeConvention.PAPER);
                FlowModel head = new FlowModel(new VelocityNetwork(new VelocityNetwork.Config(4, 3, 1, 8)),
                        TimeConvention.OFFICIAL).freeze()) {
            assertThatThrownBy(() -> new FlowPrior(training, new IdentityProjection(4), 1, Map.of()))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("freeze()");
            assertThatThrownBy(() -> new FlowPrior(head, new IdentityProjection(4), 1, Map.of()))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("condition");
        }
    }
}
