package org.flowprior.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.Functional;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;

/** Golden values of the official code: golden.json has them out of the specification's autoencoder.json. */
class VisionGoldenTest {

    record Golden(double[][] positionMatrix, double[][] resizeMatrix, double[][] kernelMatrix, double[][] positions,
            double[][] kernel, double[] firstPatch, double[] lastPatch, double[] firstToken,
            double[] lastPatchToken, double[] firstLatent, double[] firstTokenAfterBlock0,
            double[] lastTokenAfterBlock0, double[] encoded, double[] latents, double[][] readouts,
            double[][] lastReadouts, double[] readoutMeans, double[] vggMeans) {}

    private static final Golden GOLDEN = Recorded.read("golden.json", Golden.class);

    private static double[] flat(double[][] rows) {
        return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    }

    private static void assertClose(Tensor actual, double[] expected, double tolerance) {
        assertThat(actual.toDoubleArray()).containsExactly(expected, within(tolerance));
    }

    @Test
    void theMatricesOfResamplingAreTheOfficialOnes() {
        try (Scope scope = Scope.open()) {
            assertClose(TensorResize.BICUBIC.matrix(37, 16), flat(GOLDEN.positionMatrix()), 1e-6);
            assertClose(TensorResize.BICUBIC.matrix(14, 16), flat(GOLDEN.resizeMatrix()), 1e-6);
            assertClose(WeightResampling.kernelMatrix(14, 16), flat(GOLDEN.kernelMatrix()), 1e-6);
        }
    }

    @Test
    void positionsOf37Times37PatchesBecome16Times16() {
        try (Scope scope = Scope.open()) {
            Tensor resampled = WeightResampling.positions(GoldenFill.of("pos1370", 1, 0, 1, 1370, 4), 1, 37, 16);
            assertThat(resampled.shape()).containsExactly(1, 257, 4);
            Tensor rows = resampled.indexSelect(1, Tensor.of(new long[] {0, 1, 137, 256}));
            assertClose(rows, flat(GOLDEN.positions()), 1e-6);

            Tensor wave = Torch.arange(37 * 37).mul(0.01).sin().view(1, 1369, 1);
            Tensor grid = WeightResampling.positions(wave, 0, 37, 16).view(16, 16);
            assertClose(corners(grid), new double[] {0.2701284, 0.5754810, 0.0240453, 0.7313942}, 1e-6);
            assertThat(grid.sum().item()).isCloseTo(10.66123, within(1e-4));
        }
    }

    @Test
    void kernelsOf14PixelsBecomeKernelsOf16() {
        try (Scope scope = Scope.open()) {
            Tensor resampled = WeightResampling.kernel(GoldenFill.of("kern14", 1, 0, 2, 3, 14, 14), 16);
            assertThat(resampled.shape()).containsExactly(2, 3, 16, 16);
            Tensor rows = resampled.get(1, 2).indexSelect(0, Tensor.of(new long[] {0, 7, 15}));
            assertClose(rows, flat(GOLDEN.kernel()), 2e-6);

            Tensor wave = Torch.arange(14 * 14).mul(0.1).sin().view(1, 1, 14, 14);
            Tensor kernel = WeightResampling.kernel(wave, 16).view(16, 16);
            assertClose(corners(kernel), new double[] {-0.0951348, 0.7271467, 0.4987812, 0.5461273}, 1e-6);
            assertThat(kernel.sum().item()).isCloseTo(2.342922, within(1e-4))
                    .isCloseTo(wave.sum().item(), within(1e-4));
        }
    }

    private static Tensor corners(Tensor grid) {
        return Torch.stack(List.of(grid.get(0, 0), grid.get(0, 15), grid.get(7, 3), grid.get(15, 15)));
    }

    @Test
    void anEncoderOnDinov2SmallGivesTheOfficialLatents() {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad();
                VisionTransformer network = new VisionTransformer(VisionTransformerConfig.dinov2Small(256, 16))) {
            network.loadStateDict(GoldenFill.state("encoder.model.", network.stateDict()));
            Tensor embedded = network.embed(GoldenFill.of("image", 1, 0, 1, 3, 256, 256));
            Tensor patches = network.patchTokens(embedded);
            Tensor positions = network.stateDict().get("pos_embed");
            assertClose(patches.get(0, 0).sub(positions.get(0, 1)).narrow(0, 0, 8), GOLDEN.firstPatch(), 1e-5);
            assertClose(patches.get(0, 255).sub(positions.get(0, 256)).narrow(0, 0, 8), GOLDEN.lastPatch(), 1e-5);

            Tensor latents = GoldenFill.weight("encoder.latent_tokens", 1, 64, 384)
                    .add(GoldenFill.weight("encoder.latent_pos_embed", 1, 64, 384));
            Tensor tokens = Torch.cat(List.of(embedded, latents), 1);
            assertClose(tokens.get(0, 0).narrow(0, 0, 4), GOLDEN.firstToken(), 1e-5);
            assertClose(tokens.get(0, 256).narrow(0, 0, 4), GOLDEN.lastPatchToken(), 1e-5);
            assertClose(tokens.get(0, 257).narrow(0, 0, 4), GOLDEN.firstLatent(), 1e-5);

            List<Tensor> outputs = network.intermediates(tokens, 0, 11);
            assertClose(outputs.getFirst().get(0, 0).narrow(0, 0, 8), GOLDEN.firstTokenAfterBlock0(), 1e-5);
            assertClose(outputs.getFirst().get(0, 320).narrow(0, 0, 8), GOLDEN.lastTokenAfterBlock0(), 1e-5);
            Tensor encoded = network.normalize(outputs.getLast()).narrow(1, 257, 64);
            assertClose(encoded.get(0, 0).narrow(0, 0, 8), GOLDEN.encoded(), 1e-5);
            Tensor z = Functional.linear(encoded, GoldenFill.weight("quant_conv.weight", 32, 384),
                    GoldenFill.weight("quant_conv.bias", 32));
            assertClose(z.narrow(1, 0, 2), GOLDEN.latents(), 2e-5);
        }
    }

    @Test
    void theDiscriminatorsReadoutsOfDinoAreTheOfficialOnes() {
        VisionTransformerConfig config = VisionTransformerConfig.dinoSmall(224, 16).withMlp(MlpType.GELU_TANH);
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad();
                VisionTransformer network = new VisionTransformer(config)) {
            network.loadStateDict(GoldenFill.state("dino.", network.stateDict()));
            Tensor images = ImageNetNormalization.apply(GoldenFill.of("image2", 1, 0, 2, 3, 256, 256));
            Tensor embedded = network.embed(TensorResize.AREA.apply(images, 224, 224));
            List<Tensor> tokens = new ArrayList<>(List.of(embedded));
            tokens.addAll(network.intermediates(embedded, 2, 5, 8, 11));
            for (int i = 0; i < tokens.size(); i++) {
                Tensor cls = network.classToken(tokens.get(i)).unsqueeze(1);
                Tensor readout = network.patchTokens(tokens.get(i)).add(cls).transpose(1, 2);
                assertClose(readout.get(0).narrow(0, 0, 8).select(1, 0), GOLDEN.readouts()[i], 5e-5);
                assertClose(readout.get(1).narrow(0, 380, 4).select(1, 195), GOLDEN.lastReadouts()[i], 5e-5);
                assertThat(readout.abs().mean().item()).isCloseTo(GOLDEN.readoutMeans()[i], within(1e-5));
            }
        }
    }

    @Test
    void vgg16GivesTheFeaturesThatLpipsCompares() {
        int[] slices = {2, 7, 14, 21, 28};
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad(); Vgg16 network = new Vgg16()) {
            Map<String, Tensor> state = new LinkedHashMap<>();
            network.stateDict().forEach((key, target) -> {
                String name = key.substring("features.".length());
                int number = Integer.parseInt(name.substring(0, name.indexOf('.')));
                int slice = 1;
                while (number > slices[slice - 1]) {
                    slice++;
                }
                String official = "net.slice" + slice + "." + name;
                long[] shape = target.shape();
                state.put(key, shape.length == 1 ? GoldenFill.of(official, 0.02, 0, shape)
                        : GoldenFill.of(official, Math.sqrt(6.0 / GoldenFill.fanIn(shape)), 0, shape));
            });
            network.loadStateDict(state);
            Tensor image = GoldenFill.of("imgA", 1, 0, 2, 3, 64, 64)
                    .sub(Tensor.of(new float[] {-0.030f, -0.088f, -0.188f}, 3, 1, 1))
                    .div(Tensor.of(new float[] {0.458f, 0.448f, 0.450f}, 3, 1, 1));
            double[] means = network.forward(image).values().stream()
                    .mapToDouble(feature -> feature.abs().mean().item()).toArray();
            assertThat(means).containsExactly(GOLDEN.vggMeans(), within(1e-5));
        }
    }
}
