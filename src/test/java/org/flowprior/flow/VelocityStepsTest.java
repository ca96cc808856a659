package org.flowprior.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@InScope
class VelocityStepsTest {

    private static final double[] TIMES = {1, 0.7, 0.7, 0.25, 0};

    private NoGrad noGrad;
    private Generator generator;
    private VelocityNetwork network;

    @BeforeEach
    void open() {
        noGrad = new NoGrad();
        generator = Generator.seeded(5);
        network = new VelocityNetwork(new VelocityNetwork.Config(3, 6, 2, 16), generator);
        network.to(DType.FLOAT64);
        network.parameters().forEach(parameter -> parameter.normal_(0, 0.4, generator));
    }

    @AfterEach
    void close() {
        network.close();
        generator.close();
        noGrad.close();
    }

    private Tensor random(long rows, long channels) {
        return Torch.randn(new long[] {rows, channels}, generator, DType.FLOAT64);
    }

    private void compare(long points, long copies) {
        Tensor conditions = random(points * copies, 6);
        try (VelocitySteps steps = new VelocitySteps(network, TIMES);
                VelocitySteps.Rows rows = steps.rows(conditions)) {
            for (int k = 0; k < TIMES.length; k++) {
                Tensor x = random(points, 3);
                Tensor t = Torch.full(new long[] {points * copies}, TIMES[k], DType.FLOAT64);
                Tensor expected = network.forward(x.repeat(copies, 1), t, conditions);
                assertThat(rows.at(k, x).flatten().toDoubleArray())
                        .containsExactly(expected.flatten().toDoubleArray(), within(1e-12));
            }
        }
    }

    @Test
    void theyAgreeWithTheNetworkForFewRowsAndMany() {
        compare(2, 1);
        compare(50, 2);
        compare(300, 1);
    }

    @Test
    void theyAskForACondition() {
        try (VelocityNetwork bare = new VelocityNetwork(new VelocityNetwork.Config(3, 0, 1, 8), generator)) {
            assertThatThrownBy(() -> new VelocitySteps(bare, 1)).hasMessageContaining("with a condition");
        }
    }

    @Test
    void nothingIsLeftBehind() {
        Tensor conditions = random(100, 6);
        Tensor x = random(100, 3);
        long before = Memory.liveTensors();
        try (VelocitySteps steps = new VelocitySteps(network, TIMES);
                VelocitySteps.Rows rows = steps.rows(conditions)) {
            for (int k = 0; k < TIMES.length; k++) {
                rows.at(k, x).close();
            }
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }
}
