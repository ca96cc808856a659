package org.flowprior.cli.reproduce;

import java.nio.file.Path;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Linalg;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;

/**
 * A synthetic table in place of a language model's token embeddings: clusters of unequal size, a decaying spectrum, and
 * the standard deviation of Qwen2.5-0.5B's. The same number of rows gives the same table.
 */
final class SyntheticEmbeddings {

    /** The name of the table in its file, as in Qwen's. */
    static final String TENSOR = "model.embed_tokens.weight";

    private static final int DIMENSION = 896;
    private static final int CLUSTERS = 64;
    private static final double WITHIN_CLUSTERS = 0.5;
    private static final double DECAY = 0.5;
    private static final double DEVIATION = 0.0156;
    private static final long SEED = 0;

    private SyntheticEmbeddings() {}

    /** Writes a table of that number of rows. */
    static void write(Path file, int rows) {
        try (Scope scope = Scope.open(); Generator generator = Generator.seeded(SEED)) {
            Tensor centres = Torch.randn(new long[] {CLUSTERS, DIMENSION}, generator);
            Tensor share = Torch.rand(new long[] {rows}, generator).pow(2).mul(CLUSTERS).floor().to(DType.INT64);
            Tensor within = Torch.randn(new long[] {rows, DIMENSION}, generator).mul(WITHIN_CLUSTERS);
            Tensor spectrum = Torch.arange(1, DIMENSION + 1).to(DType.FLOAT32).pow(-DECAY);
            Tensor turn = Linalg.qr(Torch.randn(new long[] {DIMENSION, DIMENSION}, generator)).q();
            Tensor table = centres.indexSelect(0, share).add(within).mul(spectrum).matmul(turn);
            Safetensors.write(file, Map.of(TENSOR, table.mul(DEVIATION / table.std().item()).contiguous()));
        }
    }
}
