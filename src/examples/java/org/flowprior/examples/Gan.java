package org.flowprior.examples;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.nn.BCEWithLogitsLoss;
import org.flowprior.torch.nn.BatchNorm1d;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.LeakyReLU;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.ModuleDict;
import org.flowprior.torch.nn.ReLU;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.torch.optim.Adam;
import org.flowprior.torch.optim.AdamOptions;

/**
 * Generator and discriminator of points on a ring; {@code src/examples/python/gan.py} is the same program.
 *
 * <pre>java … org.flowprior.examples.Gan [weights.safetensors]</pre>
 */
public final class Gan {

    private static final int BATCH = 64;
    private static final int STEPS = 20;

    private Gan() {}

    /** Noise [N, 4] to points [N, 2]. */
    static final class PointGenerator extends Layer {

        private final Sequential main = register("main",
                new Sequential(new Linear(4, 32), new BatchNorm1d(32), new ReLU(), new Linear(32, 2)));

        @Override
        public Tensor forward(Tensor noise) {
            return main.forward(noise);
        }
    }

    /** Points [N, 2] to logits [N]. */
    static final class PointDiscriminator extends Layer {

        private final Sequential main = register("main",
                new Sequential(new Linear(2, 32), new LeakyReLU(0.2), new Linear(32, 1)));

        @Override
        public Tensor forward(Tensor points) {
            return main.forward(points).squeeze(1);
        }
    }

    private static Tensor noise(int step) {
        Tensor index = Torch.arange(BATCH * 4, DType.FLOAT64).view(BATCH, 4);
        return Torch.sin(index.mul(index).mul(0.37).add(step)).to(DType.FLOAT32);
    }

    private static Tensor real(int step) {
        Tensor angle = Torch.arange(BATCH, DType.FLOAT64).mul(2 * Math.PI / BATCH).add(0.1 * step);
        return Torch.stack(1, angle.cos(), angle.sin()).to(DType.FLOAT32);
    }

    /** Trains for 20 steps and prints the losses. */
    public static void main(String[] args) {
        Torch.manualSeed(0);
        PointGenerator generator = new PointGenerator();
        PointDiscriminator discriminator = new PointDiscriminator();
        Map<String, Layer> both = new LinkedHashMap<>();
        both.put("generator", generator);
        both.put("discriminator", discriminator);
        AdamOptions options = AdamOptions.ADAM.withLearningRate(2e-3).withBetas(0.5, 0.999);
        try (ModuleDict models = new ModuleDict(both);
                BCEWithLogitsLoss criterion = new BCEWithLogitsLoss();
                Adam optimizerG = new Adam(generator.parameters(), options);
                Adam optimizerD = new Adam(discriminator.parameters(), options)) {
            if (args.length > 0) {
                models.loadStateDict(Safetensors.read(Path.of(args[0])));
            }
            for (int step = 0; step < STEPS; step++) {
                try (Scope scope = Scope.open()) {
                    Tensor ones = Torch.ones(BATCH);
                    Tensor zeros = Torch.zeros(BATCH);
                    Tensor fake = generator.forward(noise(step));
                    optimizerD.zeroGrad();
                    Tensor lossD = criterion.forward(discriminator.forward(real(step)), ones)
                            .add(criterion.forward(discriminator.forward(fake.detach()), zeros));
                    lossD.backward();
                    optimizerD.step();

                    optimizerG.zeroGrad();
                    Tensor lossG = criterion.forward(discriminator.forward(fake), ones);
                    lossG.backward();
                    optimizerG.step();
                    System.out.printf("step %d, discriminator loss %.7f, generator loss %.7f%n", step, lossD.item(),
                            lossG.item());
                }
            }
        }
    }
}
