package org.flowprior.examples;

import java.nio.file.Path;
import org.flowprior.torch.DType;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Index;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.nn.Embedding;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.LayerNorm;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.TransformerEncoder;
import org.flowprior.torch.nn.TransformerEncoderLayer;
import org.flowprior.torch.nn.TransformerOptions;
import org.flowprior.torch.optim.AdamOptions;
import org.flowprior.torch.optim.AdamW;

/**
 * A small transformer that continues sequences of numbers; {@code src/examples/python/small_transformer.py} is the same
 * program.
 *
 * <pre>java … org.flowprior.examples.SmallTransformer [weights.safetensors]</pre>
 */
public final class SmallTransformer {

    private static final int TOKENS = 17;
    private static final int TIME = 10;
    private static final int BATCH = 8;
    private static final int STEPS = 20;

    private SmallTransformer() {}

    /** Two layers of causal attention between an embedding and a head. */
    static final class SequenceModel extends Layer {

        private static final TransformerOptions OPTIONS = TransformerOptions.DEFAULT.withDimFeedforward(32)
                .withDropout(0).withActivation(Functional::gelu).withBatchFirst(true).withNormFirst(true);

        private final Embedding embedding;
        private final Tensor position;
        private final TransformerEncoder encoder;
        private final LayerNorm norm;
        private final Linear head;

        SequenceModel(long size) {
            embedding = register("embedding", new Embedding(TOKENS, size));
            position = registerParameter("position", Torch.randn(TIME, size).mul(0.02));
            try (TransformerEncoderLayer layer = new TransformerEncoderLayer(size, 2, OPTIONS)) {
                encoder = register("encoder", new TransformerEncoder(layer, 2)); // has copies of the layer
            }
            norm = register("norm", new LayerNorm(size));
            head = register("head", new Linear(size, TOKENS, false));
        }

        @Override
        public Tensor forward(Tensor tokens) {
            Tensor mask = Torch.triu(Torch.full(new long[] {TIME, TIME}, Float.NEGATIVE_INFINITY), 1);
            Tensor x = embedding.forward(tokens).add(position);
            x = encoder.forward(x, mask, null, false);
            return head.forward(norm.forward(x));
        }
    }

    /** Sequences start, start + stride, … modulo 17. */
    private static Tensor sequences(int step) {
        Tensor index = Torch.arange(BATCH, DType.INT64);
        Tensor start = index.mul(5).add(step).remainder(TOKENS);
        Tensor stride = index.remainder(4).add(1);
        return start.unsqueeze(1).add(stride.unsqueeze(1).mul(Torch.arange(TIME + 1, DType.INT64))).remainder(TOKENS);
    }

    /** Trains for 20 steps and prints the losses. */
    public static void main(String[] args) {
        Torch.manualSeed(0);
        try (SequenceModel model = new SequenceModel(16);
                AdamW optimizer = new AdamW(model.parameters(), AdamOptions.ADAMW.withWeightDecay(0.1))) {
            if (args.length > 0) {
                model.loadStateDict(Safetensors.read(Path.of(args[0])));
            }
            for (int step = 0; step < STEPS; step++) {
                optimizer.setLearningRate(3e-3 * Math.min(1, (step + 1) / 5.0));
                try (Scope scope = Scope.open()) {
                    Tensor all = sequences(step);
                    Tensor inputs = all.get(Index.all(), Index.to(-1));
                    Tensor targets = all.get(Index.all(), Index.from(1));
                    Tensor logits = model.forward(inputs);
                    Tensor loss = Functional.crossEntropy(logits.view(-1, TOKENS), targets.reshape(-1), null, -100,
                            Reduction.MEAN, 0.1);
                    optimizer.zeroGrad();
                    loss.backward();
                    optimizer.step();
                    System.out.printf("step %d, loss %.7f%n", step, loss.item());
                }
            }
        }
    }
}
