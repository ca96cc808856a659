package org.flowprior.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.flowprior.fixtures.HashFill;
import org.flowprior.fixtures.KeyedWeights;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.vision.VisionTransformerConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Golden values of the official code: model-golden.json has them out of the specification's autoencoder.json. */
@InScope
class AutoencoderGoldenTest {

    record Whole(double[] encoded, double[] latents, double[] reconstruction, double mean, double deviation,
            double squaredError) {}

    record Soft(double[] first, double[] last, double entropy, long[][] codes) {}

    record Hard(double[] first, double[] losses, long[] codes) {}

    record Kl(double[] perSample, double loss) {}

    record Golden(Whole small, Whole large, Soft softVq, Hard vqNormalized, Hard vqPlain, Kl kl, double repa) {}

    private static final Golden GOLDEN = Resources.json("autoencoder/model-golden.json", Golden.class);

    private NoGrad noGrad;

    @BeforeEach
    void open() {
        noGrad = new NoGrad();
    }

    @AfterEach
    void close() {
        noGrad.close();
    }

    private static void compare(VisionTransformerConfig sizes, Whole expected) {
        try (Generator generator = Generator.seeded(0);
                Autoencoder autoencoder = new Autoencoder(AutoencoderConfig.of(sizes, sizes, 64, 32), generator)) {
            autoencoder.loadStateDict(KeyedWeights.state("", autoencoder.stateDict()));
            autoencoder.eval();
            Tensor image = HashFill.byKey("image", 1, 0, 1, 3, 256, 256);
            Tensor encoded = autoencoder.encoder().forward(image);
            assertClose(encoded.get(0, 0).narrow(0, 0, 8), expected.encoded(), 2e-5);
            Autoencoder.Output output = autoencoder.forward(image, generator);
            assertClose(output.latents(), expected.latents(), 2e-5);
            assertClose(autoencoder.encode(image), expected.latents(), 2e-5);
            Tensor y = output.reconstruction();
            assertThat(y.shape()).containsExactly(1, 3, 256, 256);
            assertClose(y.slice(2, null, null, 16).slice(3, null, null, 16), expected.reconstruction(), 2e-5);
            assertThat(y.mean().item()).isCloseTo(expected.mean(), within(1e-6));
            assertThat(y.std().item()).isCloseTo(expected.deviation(), within(2e-6));
            assertThat(image.sub(y).square().mean().item()).isCloseTo(expected.squaredError(), within(5e-6));
            assertThat(output.losses()).isEmpty();
        }
    }

    private static void assertClose(Tensor actual, double[] expected, double tolerance) {
        assertThat(actual.toDoubleArray()).containsExactly(expected, within(tolerance));
    }

    @Test
    void anAutoencoderOfTwoDinov2SmallIsTheOfficialOne() {
        compare(VisionTransformerConfig.dinov2Small(256, 16), GOLDEN.small());
    }

    /** Takes 5 GB and a minute. */
    @Test
    @EnabledIfEnvironmentVariable(named = "FLOWPRIOR_LARGE", matches = ".+")
    void anAutoencoderOfTwoDinov2LargeIsTheOfficialOne() {
        compare(VisionTransformerConfig.dinov2Large(256, 16), GOLDEN.large());
    }

    private static Tensor tokens() {
        return HashFill.byKey("z", 1.5, 0, 2, 64, 32);
    }

    @Test
    void softVqMixesTheOfficialCodes() {
        SoftVqBottleneck.Options options = new SoftVqBottleneck.Options(4, 16, 0.07, true, 0.01);
        try (SoftVqBottleneck bottleneck = options.create(32, null)) {
            bottleneck.stateDict().get("embedding").copy_(HashFill.byKey("quantize.embedding", 1, 0, 4, 16, 32));
            Bottleneck.Output output = bottleneck.apply(tokens(), Autoencoder.Draws.NONE, true);
            assertClose(output.z().get(0, 0).narrow(0, 0, 8), GOLDEN.softVq().first(), 2e-6);
            assertClose(output.z().get(1, 63).narrow(0, 0, 8), GOLDEN.softVq().last(), 2e-6);
            assertThat(output.losses().keySet()).containsExactly("entropy");
            assertThat(output.losses().get("entropy").item()).isCloseTo(GOLDEN.softVq().entropy(), within(1e-7));
            long[] inTokens = new long[2 * 64];
            for (int book = 0; book < 4; book++) {
                for (int i = 0; i < 32; i++) {
                    inTokens[i / 16 * 64 + book * 16 + i % 16] = GOLDEN.softVq().codes()[book][i];
                }
            }
            assertThat(output.codes().flatten().toLongArray()).containsExactly(inTokens);
        }
    }

    @Test
    void vqChoosesTheOfficialCodesAndHasTheOfficialLosses() {
        compare(true, GOLDEN.vqNormalized());
        compare(false, GOLDEN.vqPlain());
    }

    private static void compare(boolean normalize, Hard expected) {
        try (VqBottleneck bottleneck = new VqBottleneck.Options(16, normalize, 0.25, 0.1).create(32, null)) {
            bottleneck.stateDict().get("embedding.weight")
                    .copy_(HashFill.byKey("quantize.embedding.weight", 1, 0, 16, 32));
            Bottleneck.Output output = bottleneck.apply(tokens(), Autoencoder.Draws.NONE, true);
            assertClose(output.z().get(0, 0).narrow(0, 0, 8), expected.first(), 2e-6);
            assertThat(output.losses().keySet()).containsExactly("codebook", "commitment", "entropy");
            assertThat(output.losses().values().stream().mapToDouble(Tensor::item).toArray())
                    .containsExactly(expected.losses(), within(1e-6));
            assertThat(Arrays.copyOf(output.codes().flatten().toLongArray(), 32)).containsExactly(expected.codes());
        }
    }

    @Test
    void klIsTheOfficialDivergence() {
        KlBottleneck bottleneck = KlBottleneck.Options.OFFICIAL.create(32, null);
        Tensor moments = HashFill.byKey("moments", 3, 0, 2, 64, 64);
        Tensor noise = HashFill.byKey("noise", 1, 0, 2, 64, 32);
        Bottleneck.Output output = bottleneck.apply(moments, new Autoencoder.Draws(noise, null), true);
        assertThat(output.losses().keySet()).containsExactly("kl");
        assertThat(output.losses().get("kl").item()).isCloseTo(GOLDEN.kl().loss(), within(2e-9));
        for (int i = 0; i < 2; i++) {
            Autoencoder.Draws draws = new Autoencoder.Draws(noise.narrow(0, i, 1), null);
            double divergence = bottleneck.apply(moments.narrow(0, i, 1), draws, false).losses().get("kl").item() * 1e6;
            assertThat(divergence).isCloseTo(GOLDEN.kl().perSample()[i], within(2e-3));
        }
        assertThat(bottleneck.mode(moments).equal(moments.narrow(2, 0, 32))).isTrue();
    }

    @Test
    void repaRepeatsTheOfficialProjection() {
        Repa.Options options = Repa.Options.official(256);
        try (Generator generator = Generator.seeded(0);
                Sequential projection = Repa.projection(options, 32, generator)) {
            projection.loadStateDict(KeyedWeights.state("", projection.stateDict()));
            Tensor features = HashFill.byKey("repa_feat", 1, 0, 2, 256, 1024);
            assertThat(Repa.loss(options, projection, features, tokens(), null).item())
                    .isCloseTo(GOLDEN.repa(), within(2e-8));
        }
    }

    @Test
    void theFillIsTheSpecifications() {
        assertThat(Arrays.copyOf(HashFill.byKey("image", 1, 0, 4).toDoubleArray(), 4))
                .containsExactly(new double[] {0.638982797, -0.680837444, 0.953063897, -0.763365417}, within(1e-7));
    }
}
