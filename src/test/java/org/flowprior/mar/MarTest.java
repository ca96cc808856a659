package org.flowprior.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.flowprior.mar.TinyMar.assertClose;

import java.util.Map;
import org.flowprior.torch.Autocast;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
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

@InScope
class MarTest {

    private Mar mar;

    @BeforeEach
    void open() {
        mar = TinyMar.create(TinyMar.CONFIG.withDropout(0.5, 0.2, 0.2));
    }

    @AfterEach
    void close() {
        mar.close();
    }

    private Tensor classes() {
        return mar.classVectors(TinyMar.labels(), null);
    }

    @Test
    void startsFromTheOfficialWeights() {
        MarConfig config = new MarConfig(new LatentLayout.Sequence(16, 8), 64, 1, 1, 2, 4, 50, 16, true, 0.1, 0.1, 0.1,
                0.7, new MarConfig.Head.Flow(2, 32, 4));
        try (Generator generator = Generator.seeded(4); Mar fresh = new Mar(config, generator);
                NoGrad noGrad = new NoGrad()) {
            Map<String, Tensor> state = fresh.stateDict();
            for (String table : new String[] {"class_emb.weight", "encoder_pos_embed_learned",
                "decoder_pos_embed_learned", "diffusion_pos_embed_learned"}) {
                assertThat(state.get(table).std().item()).as(table).isCloseTo(0.02, within(0.002));
            }
            // qkv is one matrix to Xavier: its bound is sqrt(6 / (64 + 192)).
            Tensor qkv = state.get("encoder_blocks.0.attn.qkv.weight").abs();
            assertThat(qkv.max().item()).isLessThanOrEqualTo(Math.sqrt(6.0 / 256)).isGreaterThan(0.15);
            state.forEach((key, tensor) -> {
                if (key.contains("norm") || key.contains("_ln.")) {
                    assertThat(tensor.toDoubleArray()).as(key).containsOnly(key.endsWith("weight") ? 1 : 0);
                } else if (key.endsWith("bias") || key.contains("adaLN") || key.contains("final_layer.linear")) {
                    assertThat(tensor.toDoubleArray()).as(key).containsOnly(0);
                }
            });
            Tensor tokens = Torch.randn(new long[] {3, 16, 8}, generator);
            MarNoise noise = MarNoise.draw(fresh, 3, generator, Device.CPU, generator, null);
            // The head gives 0, so the loss is the mean of (noise - token)^2.
            assertThat(fresh.loss(tokens, Tensor.of(new long[] {0, 1, 49}), noise).item()).isCloseTo(2, within(0.3));
        }
    }

    @Test
    void theRowsThatSomeoneReadsAreThoseOfAll() {
        try (NoGrad noGrad = new NoGrad()) {
            Tensor all = mar.conditions(TinyMar.tokens(), TinyMar.mask(), classes());
            Tensor read = Tensor.of(new long[] {5, 0, 2, 3}, 2, 2);
            Tensor some = mar.conditions(TinyMar.tokens(), TinyMar.mask(), classes(), read);
            assertClose("rows", some, MarBlock.gather(all, read), 1e-6);
        }
    }

    @Test
    void maskedTokensHaveNoEffect() {
        try (NoGrad noGrad = new NoGrad()) {
            Tensor hidden = TinyMar.tokens().maskedFill(TinyMar.mask().unsqueeze(2), 1000);
            assertThat(mar.conditions(hidden, TinyMar.mask(), classes()).toDoubleArray())
                    .containsExactly(mar.conditions(TinyMar.tokens(), TinyMar.mask(), classes()).toDoubleArray());
            Tensor everything = TinyMar.mask().logicalOr(TinyMar.mask().logicalNot());
            assertThat(mar.conditions(hidden, everything, classes()).shape()).containsExactly(2, 6, 16);
        }
    }

    @Test
    void aDroppedLabelIsNoClass() {
        try (NoGrad noGrad = new NoGrad()) {
            Tensor vectors = mar.classVectors(TinyMar.labels(), Tensor.of(new boolean[] {true, false}, 2));
            assertThat(vectors.get(0).toDoubleArray()).isEqualTo(mar.unconditional(1).flatten().toDoubleArray());
            assertThat(vectors.get(1).toDoubleArray()).isEqualTo(classes().get(1).toDoubleArray());
        }
    }

    private double loss(long seed) {
        try (Generator dropout = Generator.seeded(seed); NoGrad noGrad = new NoGrad()) {
            MarNoise draws = TinyMar.draws();
            return mar.loss(TinyMar.tokens(), TinyMar.labels(), new MarNoise(draws.orders(), draws.masked(), null,
                    draws.times(), draws.noise(), dropout)).item();
        }
    }

    @Test
    void dropoutComesFromItsGeneratorAndLeavesTheDefaultOneAlone() {
        double without = loss(1);
        assertThat(loss(2)).isEqualTo(without);
        mar.train();
        try (Generator standard = Generator.defaultOf(Device.CPU)) {
            byte[] before = standard.state().toByteArray();
            double first = loss(1);
            assertThat(loss(1)).isEqualTo(first).isNotEqualTo(without);
            assertThat(loss(2)).isNotEqualTo(first);
            assertThat(standard.state().toByteArray()).isEqualTo(before);
        }
    }

    @Test
    void dropoutUnderCheckpointingIsTheSameInBothRuns() {
        mar.train();
        Map<String, Tensor> kept = gradients();
        mar.zeroGrad();
        mar.gradCheckpointing(true);
        gradients().forEach((name, gradient) -> assertThat(gradient.flatten().toDoubleArray()).as(name)
                .containsExactly(kept.get(name).flatten().toDoubleArray(), within(1e-6)));
    }

    private Map<String, Tensor> gradients() {
        try (Generator dropout = Generator.seeded(9)) {
            MarNoise draws = TinyMar.draws();
            mar.loss(TinyMar.tokens(), TinyMar.labels(), new MarNoise(draws.orders(), draws.masked(), null,
                    draws.times(), draws.noise(), dropout)).backward();
            return TinyMar.gradients(mar);
        }
    }

    @Test
    void theMeanOfAStepsPartsIsTheStepsLoss() {
        try (Generator generator = Generator.seeded(6); NoGrad noGrad = new NoGrad()) {
            Tensor tokens = Torch.randn(new long[] {4, 6, 4}, generator);
            Tensor labels = Torch.randint(5, new long[] {4}, generator);
            MarNoise noise = MarNoise.draw(mar, 4, generator, Device.CPU, generator, null);
            double whole = mar.loss(tokens, labels, noise).item();
            double parts = 0;
            for (int from = 0; from < 4; from += 2) {
                parts += mar.loss(tokens.narrow(0, from, 2), labels.narrow(0, from, 2), noise.part(from, 2)).item() / 2;
            }
            assertThat(parts).isCloseTo(whole, within(1e-6));
            assertThat(noise.mask().sum(1).toLongArray()).containsOnly(noise.masked());
            assertThat(noise.withAllLabels().dropped()).isNull();
        }
    }

    @Test
    void runsInBfloat16() {
        double exact = loss(1);
        try (Autocast bf16 = Autocast.on(Device.Type.CPU, DType.BFLOAT16)) {
            Tensor loss = mar.loss(TinyMar.tokens(), TinyMar.labels(), TinyMar.draws());
            assertThat(loss.dtype()).isEqualTo(DType.FLOAT32);
            assertThat(loss.item()).isNotEqualTo(exact).isCloseTo(exact, within(0.03));
            assertThat(mar.conditions(TinyMar.tokens(), TinyMar.mask(), classes()).dtype()).isEqualTo(DType.FLOAT32);
        }
        try (Autocast bf16 = Autocast.on(Device.Type.CPU, DType.BFLOAT16)) {
            mar.train();
            mar.loss(TinyMar.tokens(), TinyMar.labels(), TinyMar.draws()).backward();
        }
        assertThat(TinyMar.gradients(mar)).hasSize(107)
                .allSatisfy((name, gradient) -> assertThat(gradient.isfinite().all().item()).as(name).isEqualTo(1));
    }

    @Test
    void aLossLeavesNothingBehind() {
        loss(1);
        long before = Memory.liveTensors();
        try (Scope step = Scope.open()) {
            mar.loss(TinyMar.tokens(), TinyMar.labels(), TinyMar.draws()).backward();
            mar.zeroGrad();
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    @Test
    void latentsOfAGridAreCutIntoPatches() {
        LatentLayout grid = new LatentLayout.Grid(3, 4, 6, 2);
        Tensor latents = Torch.arange(2 * 3 * 4 * 6).view(2, 3, 4, 6);
        Tensor tokens = grid.tokens(latents);
        assertThat(tokens.shape()).containsExactly(2, grid.tokens(), grid.tokenChannels()).containsExactly(2, 6, 12);
        // The second patch of the first row: columns 2 and 3 of rows 0 and 1, channel by channel.
        assertThat(tokens.get(0, 1).toLongArray()).containsExactly(2, 3, 8, 9, 26, 27, 32, 33, 50, 51, 56, 57);
        assertThat(grid.latents(tokens).equal(latents)).isTrue();
        assertThatThrownBy(() -> grid.tokens(tokens)).hasMessage("latents must be [B, 3, 4, 6], not [2, 6, 12]");
        assertThatThrownBy(() -> new LatentLayout.Grid(3, 5, 6, 2)).hasMessageContaining("divides height and width");
    }

    @Test
    void refusesWhatDoesNotFit() {
        Tensor unequal = TinyMar.mask().clone();
        unequal.select(0, 0).zero_();
        assertThatThrownBy(() -> mar.conditions(TinyMar.tokens(), unequal, classes()))
                .hasMessageContaining("[6, 2] visible");
        assertThatThrownBy(() -> mar.conditions(TinyMar.tokens().narrow(2, 0, 3), TinyMar.mask(), classes()))
                .hasMessage("tokens must be [2, 6, 4], not [2, 6, 3]");
        MarNoise draws = TinyMar.draws();
        assertThatThrownBy(() -> mar.loss(TinyMar.tokens(), TinyMar.labels(), new MarNoise(draws.orders(), 7, null,
                draws.times(), draws.noise()))).hasMessage("1 to 6 tokens can be masked, not 7");
        assertThatThrownBy(() -> mar.loss(TinyMar.tokens(), TinyMar.labels(), draws.part(0, 1)))
                .hasMessage("orders must be [2, 6], not [1, 6]");
    }
}
