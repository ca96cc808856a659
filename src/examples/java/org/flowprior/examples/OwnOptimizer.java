package org.flowprior.examples;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Index;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.torch.nn.Tanh;
import org.flowprior.torch.optim.Optimizer;
import org.flowprior.torch.optim.OptimizerOptions;

/**
 * An own optimiser, Lion (Chen et al., 2023); {@code src/examples/python/own_optimizer.py} is the same program.
 *
 * <pre>java … org.flowprior.examples.OwnOptimizer [weights.safetensors]</pre>
 */
public final class OwnOptimizer {

    private static final int BATCH = 32;
    private static final int STEPS = 20;

    private OwnOptimizer() {}

    /** Moves each parameter by the sign of an average of its gradients. */
    static final class Lion extends Optimizer {

        Lion(List<Tensor> parameters, double learningRate, double weightDecay) {
            super(parameters, OptimizerOptions.ofLearningRate(learningRate).and("betas", List.of(0.9, 0.99))
                    .and("weight_decay", weightDecay));
        }

        @Override
        protected void update(OptimizerOptions options, List<Tensor> parameters, List<Tensor> gradients,
                List<Map<String, Tensor>> states) {
            double beta1 = options.number("betas", 0);
            double beta2 = options.number("betas", 1);
            for (int i = 0; i < parameters.size(); i++) {
                Tensor p = parameters.get(i);
                Tensor gradient = gradients.get(i);
                Tensor average = states.get(i).computeIfAbsent("exp_avg", name -> Torch.zerosLike(p));
                p.mul_(1 - options.learningRate() * options.weightDecay());
                Tensor update = average.mul(beta1).add(gradient.mul(1 - beta1));
                p.add_(update.sign(), -options.learningRate());
                average.mul_(beta2).add_(gradient, 1 - beta2);
            }
        }
    }

    private static Tensor points(int step) {
        Tensor index = Torch.arange(BATCH * 2, DType.FLOAT64).view(BATCH, 2);
        return Torch.sin(index.mul(index).mul(0.61).add(step)).to(DType.FLOAT32);
    }

    private static Tensor values(Tensor x) {
        return x.get(Index.all(), Index.to(1)).mul(2).sub(x.get(Index.all(), Index.from(1))).tanh();
    }

    /** Trains for 20 steps and prints the losses. */
    public static void main(String[] args) {
        Torch.manualSeed(0);
        try (Sequential model = new Sequential(new Linear(2, 16), new Tanh(), new Linear(16, 1));
                Lion optimizer = new Lion(model.parameters(), 3e-3, 0.01)) {
            if (args.length > 0) {
                model.loadStateDict(Safetensors.read(Path.of(args[0])));
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
