package org.flowprior.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.flowprior.config.RequestException;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;

/** A pass of three batches, which ends with the first where things do not go together. */
class ImagePassTest {

    private int batches;

    /** Makes as many features as an image is wide, and two spatial ones. */
    private final class Widths implements FeatureNetwork {

        @Override
        public String label() {
            return "widths";
        }

        @Override
        public boolean isInception() {
            return false;
        }

        @Override
        public Set<Output> outputs() {
            return EnumSet.of(Output.FEATURES, Output.SPATIAL);
        }

        @Override
        public Outputs of(Tensor images) {
            batches++;
            return new Outputs(Torch.ones(images.size(0), images.size(3)), Torch.ones(images.size(0), 2), null);
        }

        @Override
        public void close() {}
    }

    private static GaussianStatistics statistics(int dimension) {
        return new GaussianStatistics(Torch.zeros(new long[] {dimension}, DType.FLOAT64),
                Torch.eye(dimension).to(DType.FLOAT64), 0);
    }

    private void pass(StatisticsFile.Reference reference, int realSize) throws IOException {
        ImageSet.Options how = new ImageSet.Options(null, null, 2, 1);
        try (ImageSet made = ImageSet.open(Path.of("procedural:16?seed=1&count=6"), how);
                ImageSet real = reference != null ? null
                        : ImageSet.open(Path.of("procedural:" + realSize + "?seed=1&count=6"), how)) {
            Evaluation evaluation = Evaluation.of(made, real).reference(reference, "reference.npz")
                    .through(new Widths(), "network.pt").metrics(Metric.FID);
            if (reference == null || reference.spatial() != null) {
                evaluation.metrics(Metric.FID, Metric.SFID);
            }
            evaluation.run();
        }
    }

    @Test
    void aReferenceOfOtherFeaturesIsRefusedAfterOneBatch() throws IOException {
        try (Scope scope = Scope.open()) {
            assertThatThrownBy(() -> pass(new StatisticsFile.Reference(statistics(16), statistics(3)), 0))
                    .isInstanceOf(RequestException.class).hasMessage("reference.npz is of spatial features of 3 "
                            + "numbers, the network makes 2; it was made by another network");
            assertThatThrownBy(() -> pass(new StatisticsFile.Reference(statistics(15), null), 0))
                    .isInstanceOf(RequestException.class)
                    .hasMessageContaining("reference.npz is of features of 15 numbers");
            assertThat(batches).isEqualTo(2);
            pass(new StatisticsFile.Reference(statistics(16), statistics(2)), 0);
            assertThat(batches).isEqualTo(5);
        }
    }

    @Test
    void featuresOfUnlikeLengthsAreRefusedAfterOneBatch() throws IOException {
        assertThatThrownBy(() -> pass(null, 24)).isInstanceOf(RequestException.class)
                .hasMessage("network.pt makes 16 numbers of a generated image, 24 of a real one; --input-size gives "
                        + "both one size");
        assertThat(batches).isEqualTo(2);
        pass(null, 16);
        assertThat(batches).isEqualTo(8);
    }
}
