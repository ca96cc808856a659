package org.flowprior.examples;

import java.nio.file.Path;
import java.util.Arrays;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Index;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.nn.Embedding;
import org.flowprior.torch.nn.LSTM;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.optim.AdamW;
import org.flowprior.torch.optim.GradientClipping;

/**
 * An LSTM that predicts the next character of a text; {@code src/examples/python/lstm_language_model.py} is the same
 * program.
 *
 * <pre>java … org.flowprior.examples.LstmLanguageModel [weights.safetensors]</pre>
 */
public final class LstmLanguageModel {

    private static final String TEXT = ("the quick brown fox jumps over the lazy dog. "
            + "a lazy dog sleeps while the fox runs. "
            + "over the hill the fox finds another dog, and the two of them jump together. ").repeat(8);
    private static final int BATCH = 4;
    private static final int TIME = 12;
    private static final int STEPS = 20;

    private LstmLanguageModel() {}

    /** Embeds characters, runs two layers of LSTM over them, and scores each next character. */
    static final class LanguageModel extends Module {

        private final Embedding embedding;
        private final LSTM lstm;
        private final Linear decoder;

        LanguageModel(long vocabulary, long size, long hidden) {
            embedding = register("embedding", new Embedding(vocabulary, size));
            lstm = register("lstm", new LSTM(size, hidden, LSTM.Options.layers(2).withBatchFirst(true)));
            decoder = register("decoder", new Linear(hidden, vocabulary));
        }

        /** Characters [N, T] to logits [N, T, vocabulary], with the state of the part before, or null. */
        LSTM.Output forward(Tensor tokens, Tensor hidden, Tensor cell) {
            Tensor x = embedding.forward(tokens);
            LSTM.Output all = hidden == null ? lstm.forward(x) : lstm.forward(x, hidden, cell);
            return new LSTM.Output(decoder.forward(all.output()), all.hidden(), all.cell());
        }
    }

    /** Trains for 20 steps and prints the losses. */
    public static void main(String[] args) {
        Torch.manualSeed(0);
        int[] characters = TEXT.chars().sorted().distinct().toArray();
        long[] numbers = TEXT.chars().mapToLong(c -> Arrays.binarySearch(characters, c)).toArray();
        try (Scope program = Scope.open();
                LanguageModel model = new LanguageModel(characters.length, 16, 24);
                AdamW optimizer = new AdamW(model.parameters(), 5e-3)) {
            if (args.length > 0) {
                model.loadStateDict(Safetensors.read(Path.of(args[0])));
            }
            Tensor rows = Tensor.of(numbers).slice(0, 0L, (long) (numbers.length / BATCH * BATCH)).view(BATCH, -1);
            Tensor hidden = null;
            Tensor cell = null;
            for (int step = 0; step < STEPS; step++) {
                try (Scope scope = Scope.open()) {
                    int start = step * TIME;
                    Tensor inputs = rows.get(Index.all(), Index.range(start, start + TIME));
                    Tensor targets = rows.get(Index.all(), Index.range(start + 1, start + TIME + 1));
                    LSTM.Output output = model.forward(inputs, hidden, cell);
                    hidden = output.hidden().detach().moveOutward(); // the next step's scope needs them
                    cell = output.cell().detach().moveOutward();
                    Tensor loss = Functional.crossEntropy(output.output().reshape(-1, characters.length),
                            targets.reshape(-1));
                    optimizer.zeroGrad();
                    loss.backward();
                    GradientClipping.clipNorm(model.parameters(), 1);
                    optimizer.step();
                    System.out.printf("step %d, loss %.7f%n", step, loss.item());
                }
            }
        }
    }
}
