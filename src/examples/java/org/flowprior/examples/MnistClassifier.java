package org.flowprior.examples;

import java.nio.file.Path;
import org.flowprior.torch.DType;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.nn.Conv2d;
import org.flowprior.torch.nn.Dropout;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.optim.Adam;

/**
 * A convolutional classifier of 28 x 28 images in ten classes; {@code src/examples/python/mnist_classifier.py} is the
 * same program.
 *
 * <pre>java … org.flowprior.examples.MnistClassifier [weights.safetensors]</pre>
 */
public final class MnistClassifier {

    private static final int BATCH = 32;
    private static final int STEPS = 20;

    private MnistClassifier() {}

    /** Two convolutions and two linear layers. */
    static final class ConvNet extends Layer {

        private final Conv2d conv1 = register("conv1", new Conv2d(1, 4, 3));
        private final Conv2d conv2 = register("conv2", new Conv2d(4, 8, 3, 1, 1));
        private final Dropout dropout = register("dropout", new Dropout(0.25));
        private final Linear fc1 = register("fc1", new Linear(8 * 6 * 6, 32));
        private final Linear fc2 = register("fc2", new Linear(32, 10));

        @Override
        public Tensor forward(Tensor images) {
            Tensor x = Functional.maxPool2d(Functional.relu(conv1.forward(images)), 2);
            x = Functional.maxPool2d(Functional.relu(conv2.forward(x)), 2);
            x = Torch.flatten(x, 1);
            x = dropout.forward(Functional.relu(fc1.forward(x)));
            return Functional.logSoftmax(fc2.forward(x), 1);
        }
    }

    private static Tensor labels(int step) {
        return Torch.arange(BATCH).to(DType.INT64).mul(7).add(step).remainder(10);
    }

    /** Stripes whose width and slope are those of the class, in place of a download of MNIST. */
    private static Tensor images(Tensor labels, int step) {
        Tensor rows = Torch.arange(28, DType.FLOAT64).view(1, 28, 1);
        Tensor columns = Torch.arange(28, DType.FLOAT64).view(1, 1, 28);
        Tensor width = labels.view(-1, 1, 1).add(1);
        Tensor images = Torch.sin(width.mul(0.1).mul(rows).add(columns.mul(0.07)).add(0.3 * step));
        return images.unsqueeze(1).to(DType.FLOAT32);
    }

    /** Trains for 20 steps and prints the losses. */
    public static void main(String[] args) {
        Torch.manualSeed(0);
        try (ConvNet model = new ConvNet(); Adam optimizer = new Adam(model.parameters(), 3e-3)) {
            if (args.length > 0) {
                model.loadStateDict(Safetensors.read(Path.of(args[0])));
            }
            model.eval(); // without dropout, whose draws would differ
            for (int step = 0; step < STEPS; step++) {
                try (Scope scope = Scope.open()) {
                    Tensor labels = labels(step);
                    optimizer.zeroGrad();
                    Tensor output = model.forward(images(labels, step));
                    Tensor loss = Functional.nllLoss(output, labels);
                    loss.backward();
                    optimizer.step();
                    System.out.printf("step %d, loss %.7f%n", step, loss.item());
                }
            }
            try (Scope scope = Scope.open(); var noGrad = Torch.noGrad()) {
                Tensor labels = labels(STEPS);
                Tensor correct = model.forward(images(labels, STEPS)).argmax(1).eq(labels).sum();
                System.out.printf("%.0f of %d correct%n", correct.item(), BATCH);
            }
        }
    }
}
