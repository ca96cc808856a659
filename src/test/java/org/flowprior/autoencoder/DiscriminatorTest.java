package org.flowprior.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.nn.StateDictException;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformer;
import org.flowprior.vision.VisionTransformerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@InScope
class DiscriminatorTest {

    private static final VisionTransformerConfig TINY =
            new VisionTransformerConfig(16, 8, 64, 3, 1, 32, MlpType.GELU_TANH, 0, false);

    private static DinoDiscriminator tiny() {
        return tiny(7);
    }

    private static DinoDiscriminator tiny(long seed) {
        try (Generator generator = Generator.seeded(seed)) {
            return new DinoDiscriminator(new VisionTransformer(TINY, generator), generator);
        }
    }

    @Test
    void parameterCountsAreTheOfficialOnes() {
        try (DinoDiscriminator dino = new DinoDiscriminator(new VisionTransformer(DinoDiscriminator.backboneConfig()));
                PatchGanDiscriminator patchGan = new PatchGanDiscriminator();
                MaskBitDiscriminator maskBit = new MaskBitDiscriminator();
                StyleGanDiscriminator styleGan = new StyleGanDiscriminator();
                Lpips lpips = new Lpips()) {
            assertThat(dino.parameterCount()).isEqualTo(7_386_245);
            assertThat(patchGan.parameterCount()).isEqualTo(2_765_633);
            assertThat(maskBit.parameterCount()).isEqualTo(410_561);
            assertThat(styleGan.parameterCount()).isEqualTo(36_500_225);
            assertThat(lpips.parameterCount()).isEqualTo(14_716_160);
            assertThat(lpips.parameters()).noneMatch(Tensor::requiresGrad);
            assertThat(styleGan.stateDict().keySet()).contains("blocks.0.weight", "blocks.2.conv_res.bias",
                    "blocks.7.net.2.weight", "blocks.7.downsample.0.f", "blocks.7.downsample.1.bias",
                    "final_conv.0.weight", "final_linear.2.bias").hasSize(2 + 6 * 9 + 6);
            assertThat(lpips.stateDict().keySet()).startsWith("scaling_layer.shift", "scaling_layer.scale",
                    "net.slice1.0.weight", "net.slice1.0.bias").contains("net.slice5.28.bias")
                    .endsWith("lin4.model.1.weight").hasSize(2 + 26 + 5);
        }
    }

    @Test
    void theStyleGanDiscriminatorGivesOneLogitForEachImage() {
        try (StyleGanDiscriminator discriminator = new StyleGanDiscriminator(16, null)) {
            Tensor logits = discriminator.forward(Torch.zeros(3, 3, 16, 16), (Generator) null);
            assertThat(logits.shape()).containsExactly(3, 1);
            assertThatThrownBy(() -> discriminator.forward(Torch.zeros(1, 3, 32, 32), (Generator) null))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("16 x 16 pixels, not 32 x 32");
            assertThatThrownBy(() -> new StyleGanDiscriminator(48, null)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("power of 2");
        }
    }

    @Test
    void theBackboneIsFrozenAndNoPartOfTheDiscriminator() {
        try (DinoDiscriminator discriminator = tiny()) {
            Map<String, Tensor> backbone = discriminator.backbone().stateDict();
            assertThat(backbone.get("blocks.1.attn.qkv.bias").narrow(0, 64, 64).toDoubleArray()).containsOnly(0);
            assertThat(discriminator.backbone().parameters()).noneMatch(Tensor::requiresGrad);
            assertThat(discriminator.stateDict().keySet()).allMatch(key -> key.startsWith("heads.")).hasSize(2 * 22);
            assertThat(discriminator.parameters()).allMatch(Tensor::requiresGrad)
                    .doesNotContainAnyElementsOf(discriminator.backbone().parameters());
            discriminator.train();
            assertThat(discriminator.backbone().isTraining()).isFalse();

            Tensor images = Torch.randn(2, 3, 16, 16).requiresGrad_(true);
            discriminator.forward(images, Discriminator.Window.WHOLE).square().sum().backward();
            assertThat(images.grad().abs().sum().item()).isPositive();
            assertThat(discriminator.backbone().parameters()).allMatch(weight -> weight.grad() == null);
        }
    }

    @Test
    void aWindowOrAllOfTheImageByTheTossOfACoin() {
        try (NoGrad noGrad = new NoGrad(); DinoDiscriminator discriminator = tiny();
                Generator generator = Generator.seeded(3); Generator twin = Generator.seeded(3)) {
            int windows = 0;
            Set<Long> tops = new HashSet<>();
            for (int i = 0; i < 200; i++) {
                Discriminator.Window window = discriminator.drawWindow(18, 20, generator);
                // The documented order.
                boolean crop = Torch.rand(new long[] {1}, twin).item() <= 0.5;
                assertThat(window).isEqualTo(!crop ? Discriminator.Window.WHOLE : Discriminator.Window.at(
                        (long) Torch.randint(3, new long[] {1}, twin).item(),
                        (long) Torch.randint(5, new long[] {1}, twin).item()));
                windows += crop ? 1 : 0;
                tops.add(window.top());
            }
            assertThat(windows).isBetween(70, 130);
            assertThat(tops).containsExactlyInAnyOrder(0L, 1L, 2L);
            Tensor before = generator.state();
            assertThat(discriminator.drawWindow(16, 40, generator)).isEqualTo(Discriminator.Window.WHOLE);
            assertThat(generator.state().equal(before)).as("nothing was drawn").isTrue();

            discriminator.eval();
            Tensor images = Torch.randn(1, 3, 18, 20);
            Tensor seen = discriminator.forward(images, Discriminator.Window.at(2, 4));
            Tensor cut = images.narrow(2, 2, 16).narrow(3, 4, 16).contiguous();
            assertThat(seen.equal(discriminator.forward(cut, (Generator) null))).isTrue();
            assertThatThrownBy(() -> discriminator.forward(images, Discriminator.Window.at(3, 0)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("row 3");
            assertThatThrownBy(() -> discriminator.forward(Torch.zeros(1, 1, 18, 20), (Generator) null))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[B, 3, H, W]");
        }
    }

    @Test
    void theDiscriminatorOfAnOfficialCheckpointLoads(@TempDir Path directory) {
        Path checkpoint = directory.resolve("0250200.pt");
        Path bare = directory.resolve("heads.safetensors");
        try (NoGrad noGrad = new NoGrad(); DinoDiscriminator trained = tiny();
                DinoDiscriminator fromCheckpoint = tiny(8); DinoDiscriminator fromBare = tiny(9)) {
            trained.forward(Torch.randn(2, 3, 16, 16), (Generator) null);
            Map<String, Tensor> wrapped = new LinkedHashMap<>();
            trained.stateDict().forEach((key, tensor) -> wrapped.put("module." + key, tensor));
            PtFile.write(checkpoint,
                    Map.of("model", Map.of("w", Torch.zeros(2)), "discriminator", wrapped, "steps", 5));
            Safetensors.write(bare, trained.stateDict());
            fromCheckpoint.load(checkpoint);
            fromBare.load(bare);
            trained.stateDict().forEach((key, tensor) -> {
                assertThat(fromCheckpoint.stateDict().get(key).equal(tensor)).as(key).isTrue();
                assertThat(fromBare.stateDict().get(key).equal(tensor)).as(key).isTrue();
            });
            try (MaskBitDiscriminator other = new MaskBitDiscriminator()) {
                assertThatThrownBy(() -> other.load(checkpoint)).isInstanceOf(StateDictException.class)
                        .hasMessageContaining("0250200.pt").hasMessageContaining("main.0.weight");
            }
        }
    }

    @Test
    void theBackboneIsReadFromDinosFile(@TempDir Path directory) {
        Path file = directory.resolve("dino.pth");
        try (VisionTransformer network = new VisionTransformer(TINY)) {
            PtFile.write(file, network.stateDict());
            try (DinoDiscriminator discriminator = DinoDiscriminator.over(file, null)) {
                assertThat(discriminator.backbone().config()).isEqualTo(TINY);
                Tensor positions = discriminator.backbone().stateDict().get("pos_embed");
                assertThat(positions.equal(network.stateDict().get("pos_embed"))).isTrue();
            }
            VisionTransformerConfig registers = TINY.withRegisters(4);
            try (VisionTransformer other = new VisionTransformer(registers)) {
                assertThatThrownBy(() -> new DinoDiscriminator(other)).isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("registers");
            }
        }
    }

    @Test
    void stepsLeaveNothingBehind() {
        long outside = Memory.liveTensors();
        try (DinoDiscriminator discriminator = tiny(); LeCam lecam = new LeCam();
                Generator generator = Generator.seeded(1)) {
            long[] live = new long[2];
            for (int i = 1; i <= 6; i++) {
                step(discriminator, lecam, generator);
                if (i == 3 || i == 6) {
                    live[i / 3 - 1] = Memory.liveTensors();
                }
            }
            assertThat(live[1]).isEqualTo(live[0]);
        }
        assertThat(Memory.liveTensors()).isEqualTo(outside);
    }

    private static void step(DinoDiscriminator discriminator, LeCam lecam, Generator generator) {
        try (Scope scope = Scope.open()) {
            Tensor real = Torch.randn(2, 3, 20, 20).requiresGrad_(true);
            Tensor[] logits = new Tensor[4];
            for (int i = 0; i < 4; i++) {
                DiffAugment augment = i < 2 ? DiffAugment.WEAK : DiffAugment.STRONG;
                Tensor seen = augment.apply(i % 2 == 0 ? real : real.neg(), generator, generator);
                logits[i] = discriminator.forward(seen, generator);
            }
            lecam.update(logits[0], logits[1]);
            AdversarialLoss.HINGE.discriminator(logits[0], logits[1]).add(lecam.loss(logits[0], logits[1]))
                    .add(AdversarialLoss.consistency(logits[0], logits[1], logits[2], logits[3])).backward();
            discriminator.zeroGrad();
        }
    }

    @Test
    void underAutocastLogitsAreCloseAndTheInputPathIsExact() {
        try (DinoDiscriminator discriminator = tiny(); Generator generator = Generator.seeded(1)) {
            Tensor images = Torch.randn(new long[] {2, 3, 20, 20}, generator).requiresGrad_(true);
            // The first singular vectors must be roughly found, or quotients by what they estimate are large.
            for (int i = 0; i < 10; i++) {
                discriminator.forward(images, Discriminator.Window.WHOLE);
            }
            discriminator.eval();
            Tensor embedded = discriminator.readouts(images, Discriminator.Window.WHOLE).getFirst();
            Tensor exact = discriminator.forward(images, Discriminator.Window.WHOLE);
            try (Autocast autocast = Autocast.on(Device.CPU.type(), DType.BFLOAT16)) {
                List<Tensor> readouts = discriminator.readouts(images, Discriminator.Window.WHOLE);
                assertThat(readouts).allMatch(readout -> readout.dtype() == DType.FLOAT32);
                assertThat(readouts.getFirst().equal(embedded)).isTrue();
                Tensor rough = discriminator.forward(images, Discriminator.Window.WHOLE);
                assertThat(rough.sub(exact).abs().max().item()).isBetween(1e-6, 0.05);
                discriminator.train();
                discriminator.forward(images, Discriminator.Window.WHOLE).square().mean().backward();
            }
            assertThat(images.grad().isfinite().all().item()).isEqualTo(1);
            assertThat(discriminator.stateDict().values()).allMatch(t -> t.dtype() != DType.BFLOAT16);
        }
    }

    @Test
    void onlyTheLogitsOutliveAForward() {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad(); DinoDiscriminator dino = tiny();
                PatchGanDiscriminator patchGan = new PatchGanDiscriminator(1, 4, null); Lpips lpips = new Lpips()) {
            Tensor images = Torch.zeros(1, 3, 20, 20);
            long before = Memory.liveTensors();
            dino.forward(images, (Generator) null);
            patchGan.forward(images, (Generator) null);
            lpips.forward(images, images);
            DiffAugment.STRONG.apply(images, null, null);
            assertThat(Memory.liveTensors()).isEqualTo(before + 4);
        }
    }
}
