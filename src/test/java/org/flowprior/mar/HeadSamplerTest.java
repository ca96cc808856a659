package org.flowprior.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.flowprior.fixtures.Recorded;
import org.flowprior.fixtures.Resources;
import org.flowprior.fixtures.TinyMar;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against the golden values, and tools/oracle/mar_sampling.py. */
@InScope
class HeadSamplerTest {

    private static final IntFunction<Tensor> NOISE = draw -> SamplingInputs.noise(draw, 3).to(DType.FLOAT64);

    private NoGrad noGrad;

    @BeforeEach
    void open() {
        noGrad = new NoGrad();
    }

    @AfterEach
    void close() {
        noGrad.close();
    }

    private static Map<String, double[]> oracle() {
        return Resources.json("mar/head-sampling.json", new TypeToken<Map<String, double[]>>() {});
    }

    private static MarHead head(boolean diffusion) {
        VelocityNetwork.Config sizes = new VelocityNetwork.Config(4, 16, 2, 8, diffusion ? 8 : 4);
        try (Generator unused = Generator.seeded(0)) {
            MarHead head = diffusion ? new DiffusionHead(sizes, unused) : new FlowHead(sizes, unused);
            TinyMar.fill(head.stateDict());
            head.to(DType.FLOAT64);
            return head;
        }
    }

    private static Tensor z() {
        return TinyMar.sine(0.7, 0.2, 3, 16).to(DType.FLOAT64);
    }

    private static Tensor unconditional() {
        return TinyMar.sine(0.3, 1.1, 3, 16).to(DType.FLOAT64);
    }

    private static void compare(boolean diffusion, HeadSampling.Solver solver, double[] expected) {
        HeadSampling sampling = new HeadSampling(solver, 5, 0.8);
        try (MarHead head = head(diffusion);
                HeadSampler saving = HeadSampler.of(head, sampling);
                HeadSampler plain = HeadSampler.plain(head, sampling)) {
            for (HeadSampler sampler : new HeadSampler[] {saving, plain}) {
                Tensor tokens = sampler.sample(z(), unconditional(), 2.5, NOISE);
                assertThat(tokens.shape()).containsExactly(3, 4);
                Recorded.assertClose(solver.name(), tokens, expected, 1e-8);
            }
        }
    }

    @Test
    void everySolverOfAFlowHeadAgreesWithPyTorch() throws IOException {
        compare(false, HeadSampling.Solver.EULER, oracle().get("euler"));
        compare(false, HeadSampling.Solver.MIDPOINT, oracle().get("midpoint"));
        compare(false, HeadSampling.Solver.HEUN, oracle().get("heun"));
    }

    @Test
    void aDiffusionHeadAgreesWithPyTorch() throws IOException {
        compare(true, HeadSampling.Solver.OFFICIAL, oracle().get("diffusion"));
    }

    @Test
    void theFlowHeadOfTheGoldenValues() {
        HeadSampling five = new HeadSampling(HeadSampling.Solver.OFFICIAL, 5, 1);
        HeadSampling cooler = new HeadSampling(HeadSampling.Solver.OFFICIAL, 5, 0.9);
        IntFunction<Tensor> noise = draw -> SamplingInputs.noise(0, 3);
        try (Mar mar = TinyMar.create(); HeadSampler sampler = HeadSampler.of(mar.head(), five);
                HeadSampler guided = HeadSampler.of(mar.head(), cooler)) {
            Tensor z = mar.conditions(TinyMar.tokens(), TinyMar.mask(), mar.classVectors(TinyMar.labels(), null));
            Tensor first = z.select(0, 0).narrow(0, 0, 3);
            Tensor second = z.select(0, 1).narrow(0, 0, 3);
            Recorded.assertClose("one class", sampler.sample(first, noise), TinyMar.golden("euler_nocfg"), 1e-5);
            Tensor both = guided.sample(first, second, 2.5, noise);
            Recorded.assertClose("guided", Torch.cat(List.of(both, both), 0),
                    TinyMar.golden("euler_cfg2.5_temp0.9"), 1e-5);
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        try (MarHead diffusion = head(true); MarHead flow = head(false)) {
            assertThatThrownBy(() -> HeadSampler.of(diffusion, HeadSampling.PAPER))
                    .hasMessage("solver euler is one of flow heads; a diffusion head takes solver official");
            assertThatThrownBy(() -> HeadSampler.of(diffusion, new HeadSampling(HeadSampling.Solver.OFFICIAL, 1001, 1)))
                    .hasMessageContaining("1000 times");
            try (HeadSampler sampler = HeadSampler.of(flow, HeadSampling.OFFICIAL)) {
                assertThatThrownBy(() -> sampler.sample(z(), unconditional().narrow(0, 0, 2), 2, NOISE))
                        .hasMessageContaining("differ in shape");
                assertThatThrownBy(() -> sampler.sample(z(), draw -> SamplingInputs.noise(draw, 2)))
                        .hasMessageContaining("the noise of 3 tokens must be [3, C], not [2, 4]");
            }
        }
    }

    @Test
    void nothingIsLeftBehind() {
        try (MarHead diffusion = head(true); MarHead flow = head(false)) {
            Tensor z = z();
            for (MarHead head : new MarHead[] {diffusion, flow}) {
                long before = Memory.liveTensors();
                try (Scope inner = Scope.open(); HeadSampler sampler = HeadSampler.of(head,
                        new HeadSampling(HeadSampling.Solver.OFFICIAL, 5, 1))) {
                    sampler.sample(z, z, 2, NOISE);
                }
                assertThat(Memory.liveTensors()).isEqualTo(before);
            }
        }
    }

    /** Python's rounding of a sum of strides of 999 / 20: half of 999 falls to 499, where the multiple gives 500. */
    @Test
    void aDiffusionHeadsTimesAreThePublishedOnes() {
        double[] kept = new double[DiffusionHead.TIMES];
        HeadSampling sampling = new HeadSampling(HeadSampling.Solver.OFFICIAL, 21, 1);
        assertThat(new DiffusionSampler(sampling, kept).times()).containsExactly(999, 949, 899, 849, 799, 749, 699, 649,
                599, 549, 499, 450, 400, 350, 300, 250, 200, 150, 100, 50, 0);
    }
}
