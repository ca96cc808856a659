package org.flowprior.examples;

import java.nio.file.Path;
import java.util.List;
import org.flowprior.torch.Autograd;
import org.flowprior.torch.DType;
import org.flowprior.torch.Function;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Index;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.optim.Sgd;

/**
 * Own autograd functions: a cube, and a sign with the gradient of a clip;
 * {@code src/examples/python/own_function.py} is the same program.
 *
 * <pre>java … org.flowprior.examples.OwnFunction [weights.safetensors]</pre>
 */
public final class OwnFunction {

    private static final int BATCH = 48;
    private static final int STEPS = 20;

    private OwnFunction() {}

    /** x³, with its gradient written by hand. */
    static final class Cube extends Function {

        @Override
        protected List<Tensor> forward(Context context, List<Tensor> inputs) {
            Tensor x = inputs.get(0);
            context.saveForBackward(x);
            return List.of(x.mul(x).mul(x));
        }

        @Override
        protected List<Tensor> backward(Context context, List<Tensor> gradients) {
            Tensor x = context.savedTensors().get(0);
            return List.of(gradients.get(0).mul(3).mul(x).mul(x));
        }
    }

    /** The sign, with the gradient of clip(x, -1, 1): straight through. */
    static final class BinarySign extends Function {

        @Override
        protected List<Tensor> forward(Context context, List<Tensor> inputs) {
            Tensor x = inputs.get(0);
            context.saveForBackward(x);
            return List.of(Torch.where(x.ge(0), 1.0, -1.0).to(x.dtype()));
        }

        @Override
        protected List<Tensor> backward(Context context, List<Tensor> gradients) {
            Tensor x = context.savedTensors().get(0);
            return List.of(gradients.get(0).maskedFill(x.abs().gt(1), 0));
        }
    }

    /** A hidden layer of signs and cubes. */
    static final class SignNet extends Layer {

        private final Linear hidden = register("hidden", new Linear(3, 24));
        private final Linear output = register("output", new Linear(24, 1));

        @Override
        public Tensor forward(Tensor x) {
            Tensor signs = new BinarySign().apply(hidden.forward(x));
            return output.forward(signs.add(new Cube().apply(hidden.forward(x)).mul(0.1)));
        }
    }

    private static Tensor points(int step) {
        Tensor index = Torch.arange(BATCH * 3, DType.FLOAT64).view(BATCH, 3);
        return Torch.sin(index.mul(index).mul(0.61).add(step)).to(DType.FLOAT32);
    }

    private static Tensor values(Tensor x) {
        Tensor first = x.get(Index.all(), Index.at(0));
        Tensor second = x.get(Index.all(), Index.at(1));
        return first.mul(second).sub(x.get(Index.all(), Index.at(2))).unsqueeze(1);
    }

    /** Checks a gradient, trains for 20 steps, and prints the losses. */
    public static void main(String[] args) {
        Torch.manualSeed(0);
        try (SignNet model = new SignNet();
                Sgd optimizer = new Sgd(model.parameters(),
                        Sgd.Options.DEFAULT.withLearningRate(0.01).withMomentum(0.9))) {
            if (args.length > 0) {
                model.loadStateDict(Safetensors.read(Path.of(args[0])));
            }
            try (Scope scope = Scope.open()) {
                Tensor point = Tensor.of(0.3, -0.7, 1.1).requiresGrad_(true);
                System.out.println("gradient of the cube is right: "
                        + Autograd.gradCheck(in -> List.of(new Cube().apply(in.get(0))), List.of(point)));
            }
            for (int step = 0; step < STEPS; step++) {
                try (Scope scope = Scope.open()) {
                    Tensor x = points(step);
                    Tensor loss = Functional.mseLoss(model.forward(x), values(x));
                    optimizer.zeroGrad();
                    loss.backward();
                    optimizer.step();
                    System.out.printf("step %d, loss %.7f%n", step, loss.item());
                }
            }
        }
    }
}
