package org.flowprior.examples;

import java.nio.file.Path;
import java.util.List;
import org.flowprior.torch.DType;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.nn.LayerNorm;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.optim.AdamOptions;
import org.flowprior.torch.optim.AdamW;
import org.flowprior.torch.optim.GradientClipping;

/**
 * A module of one's own, a training loop, and its weights in a file: which of two rings is a point on?
 *
 * <pre>java … org.flowprior.examples.OwnModule [weights.safetensors [steps]]</pre>
 */
public final class OwnModule {

    private static final int BATCH = 256;

    private OwnModule() {}

    /** A hidden layer and class scores. Fields are registered under the keys that the weights have in files. */
    static final class Classifier extends Module {

        private final LayerNorm norm = register("norm", new LayerNorm(64));
        private final Linear hidden = register("hidden", new Linear(2, 64));
        private final Linear scores = register("scores", new Linear(64, 2));

        /** Points [N, 2] to scores [N, 2]. */
        Tensor forward(Tensor points) {
            return scores.forward(Functional.gelu(norm.forward(hidden.forward(points))));
        }
    }

    /** Trains, then prints the share of new points that are correctly classified. */
    public static void main(String[] args) {
        Path file = Path.of(args.length > 0 ? args[0] : "classifier.safetensors");
        int steps = args.length > 1 ? Integer.parseInt(args[1]) : 500;
        try (Generator generator = Generator.seeded(0); Classifier classifier = new Classifier();
                AdamW optimizer = new AdamW(classifier.parameters(), AdamOptions.ADAMW.withLearningRate(3e-3))) {
            for (int step = 1; step <= steps; step++) {
                try (Scope scope = Scope.open()) { // frees what the step made
                    Tensor labels = labels(generator);
                    Tensor loss = Functional.crossEntropyLoss(classifier.forward(points(labels, generator)), labels);
                    optimizer.zeroGrad();
                    loss.backward();
                    GradientClipping.clipNorm(classifier.parameters(), 1);
                    optimizer.step();
                    if (step % 100 == 0) {
                        System.out.printf("step %d, loss %.4f%n", step, loss.item());
                    }
                }
            }
            Safetensors.write(file, classifier.stateDict());
            try (Classifier copy = new Classifier(); Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
                copy.loadStateDict(Safetensors.read(file));
                Tensor labels = labels(generator);
                Tensor found = copy.forward(points(labels, generator)).argmax(1L);
                System.out.printf("%.1f %% correctly classified%n",
                        100 * found.eq(labels).to(DType.FLOAT32).mean().item());
            }
        }
    }

    private static Tensor labels(Generator generator) {
        return Torch.randint(2, new long[] {BATCH}, generator);
    }

    /** Points on a ring of radius 1 or 2, with noise. */
    private static Tensor points(Tensor labels, Generator generator) {
        Tensor angles = Torch.rand(new long[] {BATCH}, generator).mul(2 * Math.PI);
        Tensor radii = Torch.randn(new long[] {BATCH}, generator).mul(0.2).add(labels).add(1);
        return Torch.stack(List.of(radii.mul(angles.cos()), radii.mul(angles.sin())), 1);
    }
}
