package org.flowprior.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.nn.StateDictException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against {@code tools/oracle/vae.py}, which computes in float64. */
@InScope
class AutoencoderKlEncoderTest {

    private static final String PREFIX = "first_stage_model.";

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void copyWeights() throws IOException {
        file = Files.copy(Resources.path("vision/vae.safetensors"), directory.resolve("vae.safetensors"));
    }

    private static double error(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).containsExactly(expected.shape());
        return actual.sub(expected).abs().max().item();
    }

    @Test
    void momentsAreThoseOfPyTorch() {
        try (AutoencoderKlEncoder encoder = AutoencoderKlEncoder.read(file)) {
            Map<String, Tensor> stored = Safetensors.read(file);
            Tensor moments = encoder.moments(stored.get("test.image"));
            assertThat(error(moments, stored.get("test.moments"))).isLessThan(5e-6);
            Tensor tokens = encoder.tokens(stored.get("test.image"));
            assertThat(tokens.shape()).containsExactly(2, 24, 4);
            assertThat(tokens.get(1, 13, 2).item()).isEqualTo(moments.get(1, 2, 2, 1).item());
            assertThat(encoder.downsampling()).isEqualTo(2);
            assertThat(encoder.outputs()).isEqualTo(4);
            assertThat(moments.requiresGrad()).isFalse();
        }
    }

    @Test
    void weightsAreFoundInContainersAndBehindPrefixes() {
        Map<String, Tensor> stored = Safetensors.read(file);
        Map<String, Object> bare = new LinkedHashMap<>();
        Map<String, Object> prefixed = new LinkedHashMap<>();
        stored.forEach((key, tensor) -> {
            if (key.startsWith(PREFIX)) {
                bare.put(key.substring(PREFIX.length()), tensor);
                prefixed.put(key, tensor);
            }
        });
        Map<Path, Object> files = Map.of(directory.resolve("bare.pt"), bare,
                directory.resolve("a.ckpt"), Map.of("state_dict", prefixed, "epoch", 3L),
                directory.resolve("b.pth"), Map.of("model", bare));
        for (Map.Entry<Path, Object> entry : files.entrySet()) {
            PtFile.write(entry.getKey(), entry.getValue());
            try (AutoencoderKlEncoder encoder = AutoencoderKlEncoder.read(entry.getKey())) {
                assertThat(error(encoder.moments(stored.get("test.image")), stored.get("test.moments")))
                        .isLessThan(5e-6);
            }
        }
    }

    @Test
    void withoutQuantConvTheMomentsAreTheEncodersOutput() {
        Map<String, Tensor> stored = new HashMap<>(Safetensors.read(file));
        Tensor weight = stored.remove(PREFIX + "quant_conv.weight").to(DType.FLOAT32);
        Tensor bias = stored.remove(PREFIX + "quant_conv.bias").to(DType.FLOAT32);
        try (AutoencoderKlEncoder encoder = AutoencoderKlEncoder.of(stored)) {
            Tensor moments = encoder.moments(stored.get("test.image"));
            Tensor through = weight.flatten(1, -1).matmul(moments.flatten(2, -1)).add(bias.unsqueeze(1))
                    .viewAs(moments);
            assertThat(error(through, stored.get("test.moments"))).isLessThan(5e-6);
        }
    }

    @Test
    void theGradientReachesTheImages() {
        try (AutoencoderKlEncoder encoder = AutoencoderKlEncoder.read(file)) {
            Tensor image = Safetensors.read(file).get("test.image").clone().requiresGrad_(true);
            encoder.moments(image).sum().backward();
            Tensor direction = Torch.zeros(image.shape());
            direction.get(1, 2, 3, 4).fill_(1);
            double slope = encoder.moments(image.detach().add(direction, 1e-2)).to(DType.FLOAT64)
                    .sub(encoder.moments(image.detach().sub(direction, 1e-2)).to(DType.FLOAT64)).sum().item() / 2e-2;
            assertThat(image.grad().get(1, 2, 3, 4).item()).isCloseTo(slope, withinPercentage(1));
        }
    }

    @Test
    void wrongWeightsAreNamed() {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> stored = new HashMap<>(Safetensors.read(file));
            stored.remove(PREFIX + "encoder.mid.attn_1.k.bias");
            long before = Memory.liveTensors();
            assertThatThrownBy(() -> AutoencoderKlEncoder.of(stored)).isInstanceOf(StateDictException.class)
                    .hasMessageContaining("encoder.mid.attn_1.k.bias");
            assertThat(Memory.liveTensors()).isEqualTo(before);
            stored.remove(PREFIX + "encoder.mid.attn_1.k.weight");
            assertThatThrownBy(() -> AutoencoderKlEncoder.of(stored)).isInstanceOf(StateDictException.class)
                    .hasMessageContaining("encoder.mid.attn_1.k.weight");
            assertThat(Memory.liveTensors()).isEqualTo(before);
            Path wrong = directory.resolve("wrong.safetensors");
            Safetensors.write(wrong, Map.of("weight", stored.get("test.image")));
            assertThatThrownBy(() -> AutoencoderKlEncoder.read(wrong)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(wrong + ": no VAE encoder in these weights");
        }
    }

    @Test
    void imagesOfOddSizesAreRefused() {
        try (AutoencoderKlEncoder encoder = AutoencoderKlEncoder.read(file)) {
            Tensor image = Safetensors.read(file).get("test.image").narrow(2, 0, 7);
            assertThatThrownBy(() -> encoder.moments(image)).hasMessageContaining("multiples of 2");
        }
    }

    @Test
    void nothingIsLeftBehind() {
        long before = Memory.liveTensors();
        try (Scope scope = Scope.open(); AutoencoderKlEncoder encoder = AutoencoderKlEncoder.read(file)) {
            int held = scope.size();
            Tensor image = Safetensors.read(file).get("test.image");
            int stored = scope.size();
            encoder.tokens(image);
            assertThat(scope.size()).isEqualTo(stored + 1);
            assertThat(held).isZero();
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }
}
