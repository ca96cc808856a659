package org.flowprior.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import org.flowprior.fixtures.Recorded.Summary;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformer;
import org.flowprior.vision.VisionTransformerConfig;
import org.junit.jupiter.api.Test;

/** Tiny discriminators against PyTorch's logits, gradients and statistics, which tools/oracle/adversary.py wrote. */
@InScope
class DiscriminatorPyTorchTest {

    private static final double TOLERANCE = 1e-4;
    private static final double ROUNDING = 1e-4;

    private static AdversaryRecords.Network recorded(String name) {
        return Arrays.stream(AdversaryRecords.PYTORCH.discriminators()).filter(n -> n.name().equals(name)).findFirst()
                .orElseThrow();
    }

    private static void check(AdversaryRecords.Network expected, Discriminator discriminator, Generator generator) {
        discriminator.loadStateDict(AdversaryRecords.draw(expected.keys(), discriminator.stateDict(), generator));
        assertThat(discriminator.parameterCount()).isEqualTo(expected.parameters());
        Tensor images = null;
        Discriminator.Window window = Discriminator.Window.WHOLE;
        for (int i = 0; i < expected.passes().length; i++) {
            AdversaryRecords.Pass pass = expected.passes()[i];
            images = Torch.randn(pass.images(), generator).requiresGrad_(true);
            window = pass.window() == null ? Discriminator.Window.WHOLE
                    : Discriminator.Window.at(pass.window()[0], pass.window()[1]);
            Tensor logits = discriminator.forward(images, window);
            assertThat(logits.shape()).containsExactly(pass.logits());
            pass.result().assertIs("logits " + i, logits, TOLERANCE);
            discriminator.zeroGrad();
            logits.mul(Torch.randn(pass.logits(), generator)).sum().backward();
            pass.gradientOfImages().assertIs("gradient of images " + i, images.grad(), TOLERANCE);
            Map<String, Tensor> parameters = discriminator.namedParameters();
            assertThat(parameters.keySet()).containsExactlyElementsOf(pass.gradients().keySet());
            String place = " in pass " + i;
            parameters.forEach((key, parameter) -> {
                Summary gradient = pass.gradients().get(key);
                if (gradient.norm() < ROUNDING) {
                    // A bias in front of a batch norm has no gradient.
                    assertThat(key).endsWith("bias");
                    assertThat(parameter.grad().norm().item()).as(key + place).isLessThan(ROUNDING);
                } else {
                    gradient.assertIs(key + place, parameter.grad(), TOLERANCE);
                }
            });
        }
        Map<String, Tensor> buffers = discriminator.namedBuffers();
        expected.buffers()
                .forEach((key, summary) -> summary.assertIs(key, buffers.get(key).to(DType.FLOAT32), TOLERANCE));
        discriminator.eval();
        expected.evaluated().assertIs("evaluated", discriminator.forward(images, window), TOLERANCE);
    }

    @Test
    void dinoThroughAWindowPooledAndEnlarged() {
        AdversaryRecords.Network expected = recorded("dino");
        VisionTransformerConfig config = new VisionTransformerConfig(32, 8, 48, 6, 3, 192, MlpType.GELU_TANH, 0, false);
        try (Generator generator = Generator.seeded(expected.seed())) {
            VisionTransformer backbone = new VisionTransformer(config);
            backbone.loadStateDict(AdversaryRecords.draw(expected.backbone(), backbone.stateDict(), generator));
            try (DinoDiscriminator discriminator = new DinoDiscriminator(backbone)) {
                check(expected, discriminator, generator);
            }
        }
    }

    @Test
    void patchGan() {
        AdversaryRecords.Network expected = recorded("patch-gan");
        try (Generator generator = Generator.seeded(expected.seed());
                PatchGanDiscriminator discriminator = new PatchGanDiscriminator(2, 8, null)) {
            check(expected, discriminator, generator);
        }
    }

    @Test
    void maskBit() {
        AdversaryRecords.Network expected = recorded("mask-bit");
        try (Generator generator = Generator.seeded(expected.seed());
                MaskBitDiscriminator discriminator = new MaskBitDiscriminator()) {
            check(expected, discriminator, generator);
        }
    }

    @Test
    void styleGan() {
        AdversaryRecords.Network expected = recorded("style-gan");
        try (Generator generator = Generator.seeded(expected.seed());
                StyleGanDiscriminator discriminator = new StyleGanDiscriminator(8, null)) {
            check(expected, discriminator, generator);
        }
    }
}
