package org.flowprior.torch.optim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** The optimisers, parameters and losses of tools/oracle/optim_steps.py. */
final class OptimizerCases {

    static final int STEPS = 20;
    static final int MIDDLE = 10;
    static final Map<String, Function<List<Tensor>, Optimizer>> ALL = new LinkedHashMap<>();
    private static final List<long[]> SHAPES = List.of(new long[] {4, 3}, new long[] {5}, new long[] {2, 3, 2});

    static {
        ALL.put("adam", p -> new Adam(p, 1e-2));
        ALL.put("sgd", p -> new Sgd(p, Sgd.Options.DEFAULT.withLearningRate(1e-2).withMomentum(0.9)
                .withWeightDecay(0.01).withNesterov(true)));
        ALL.put("sgd-maximize", p -> new Sgd(p, Sgd.Options.DEFAULT.withMomentum(0.5).withDampening(0.2)
                .withMaximize(true)));
        ALL.put("rmsprop", RMSprop::new);
        ALL.put("rmsprop-all", p -> new RMSprop(p, RMSprop.DEFAULTS.withLearningRate(2e-3).with("alpha", 0.9)
                .withEps(1e-6).withWeightDecay(0.02).withMomentum(0.7).with("centered", true)));
        ALL.put("adagrad", Adagrad::new);
        ALL.put("adagrad-all", p -> new Adagrad(p, Adagrad.DEFAULTS.withLearningRate(3e-2).with("lr_decay", 0.1)
                .withWeightDecay(0.02).with("initial_accumulator_value", 0.3)));
        ALL.put("nadam", NAdam::new);
        ALL.put("nadam-all", p -> new NAdam(p, NAdam.DEFAULTS.withLearningRate(1e-2).withBetas(0.8, 0.95)
                .withWeightDecay(0.1).with("momentum_decay", 0.02).with("decoupled_weight_decay", true)));
        ALL.put("radam", p -> new RAdam(p, 1e-2));
        ALL.put("radam-all", p -> new RAdam(p, RAdam.DEFAULTS.withLearningRate(1e-2).withBetas(0.8, 0.95)
                .withWeightDecay(0.1).withMaximize(true)));
        ALL.put("adamax", Adamax::new);
        ALL.put("adamax-all", p -> new Adamax(p, Adamax.DEFAULTS.withLearningRate(1e-2).withBetas(0.8, 0.95)
                .withWeightDecay(0.1)));
        ALL.put("adadelta", Adadelta::new);
        ALL.put("adadelta-all", p -> new Adadelta(p, Adadelta.DEFAULTS.withLearningRate(0.5).with("rho", 0.8)
                .withEps(1e-5).withWeightDecay(0.1)));
        ALL.put("rprop", Rprop::new);
        ALL.put("rprop-all", p -> new Rprop(p, Rprop.DEFAULTS.withLearningRate(1e-3).with("etas", List.of(0.4, 1.5))
                .with("step_sizes", List.of(1e-4, 0.05))));
        ALL.put("asgd", ASGD::new);
        ALL.put("asgd-all", p -> new ASGD(p, ASGD.DEFAULTS.withLearningRate(2e-2).with("lambd", 1e-2)
                .with("alpha", 0.6).with("t0", 4).withWeightDecay(0.1)));
        ALL.put("adafactor", Adafactor::new);
        ALL.put("adafactor-all", p -> new Adafactor(p, Adafactor.DEFAULTS.withLearningRate(5e-2)
                .with("beta2_decay", -0.6).with("eps", List.of(1e-6, 1e-2)).with("d", 1.5).withWeightDecay(0.1)));
        ALL.put("muon", Muon::new);
        ALL.put("muon-all", p -> new Muon(p, Muon.DEFAULTS.withLearningRate(1e-2).withMomentum(0.8)
                .with("nesterov", false).with("adjust_lr_fn", "match_rms_adamw")));
        ALL.put("lbfgs", p -> new LBFGS(p, LBFGS.DEFAULTS.withLearningRate(0.1).with("max_iter", 4)
                .with("history_size", 3)));
        ALL.put("lbfgs-wolfe", p -> new LBFGS(p, LBFGS.DEFAULTS.with("max_iter", 4)
                .with("line_search_fn", "strong_wolfe")));
    }

    private OptimizerCases() {}

    static List<Tensor> parameters(String name, DType dtype) {
        List<Tensor> parameters = new ArrayList<>();
        for (int i = 0; i < (name.startsWith("muon") ? 1 : SHAPES.size()); i++) {
            double[] values = new double[(int) Arrays.stream(SHAPES.get(i)).reduce(1, (a, b) -> a * b)];
            for (int j = 0; j < values.length; j++) {
                values[j] = Math.cos(1.3 * j + i);
            }
            parameters.add(Tensor.of(values, SHAPES.get(i)).to(dtype).requiresGrad_(true));
        }
        return parameters;
    }

    static void steps(Optimizer optimizer, List<Tensor> parameters, int first, int last) {
        for (int step = first; step < last; step++) {
            int now = step;
            try (Scope scope = Scope.open()) {
                optimizer.step(() -> {
                    optimizer.zeroGrad();
                    Tensor loss = loss(parameters, now);
                    loss.backward();
                    return loss;
                });
            }
        }
    }

    private static Tensor loss(List<Tensor> parameters, int step) {
        Tensor loss = Torch.zeros(new long[0], parameters.getFirst().dtype());
        for (int i = 0; i < parameters.size(); i++) {
            Tensor p = parameters.get(i);
            double[] target = new double[(int) p.numel()];
            for (int j = 0; j < target.length; j++) {
                target[j] = 1 + Math.sin(0.37 * step + 0.9 * j + i);
            }
            Tensor slope = Tensor.of(target, p.shape()).to(p.dtype()).add(p.mul(0.5)).add(p.pow(3).mul(0.1));
            loss = loss.add(slope.mul(p).sum());
        }
        return loss;
    }
}
