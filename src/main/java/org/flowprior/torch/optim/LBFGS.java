package org.flowprior.torch.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.flowprior.torch.EnableGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Steps along the gradient times an estimate of the inverse Hessian (Nocedal and Wright, 2006):
 * {@code torch.optim.LBFGS}. A step evaluates the loss many times, so it takes a closure:
 *
 * <pre>{@code
 * optimizer.step(() -> {
 *     optimizer.zeroGrad();
 *     Tensor loss = loss(model.forward(x), y);
 *     loss.backward();
 *     return loss;
 * });
 * }</pre>
 *
 * <p>Options, with PyTorch's defaults in {@link #DEFAULTS}:
 *
 * <ul>
 *   <li>{@code lr}: length of a step without line search, and first guess with one, 1
 *   <li>{@code max_iter}: iterations of a step, 20
 *   <li>{@code max_eval}: evaluations of a step; null is 5/4 of {@code max_iter}
 *   <li>{@code tolerance_grad}: a step ends when no gradient is larger, 1e-7
 *   <li>{@code tolerance_change}: a step ends when neither loss nor parameters change more, 1e-9
 *   <li>{@code history_size}: number of differences of gradients to keep, 100
 *   <li>{@code line_search_fn}: null or {@code "strong_wolfe"}
 * </ul>
 */
public final class LBFGS extends Optimizer {

    /** PyTorch's defaults. */
    public static final OptimizerOptions DEFAULTS = OptimizerOptions.ofLearningRate(1).and("max_iter", 20)
            .and("max_eval", null).and("tolerance_grad", 1e-7).and("tolerance_change", 1e-9).and("history_size", 100)
            .and("line_search_fn", null);

    private static final String EVALUATIONS = "func_evals";
    private static final String ITERATIONS = "n_iter";
    private static final String WOLFE = "strong_wolfe";

    /** Optimises the parameters with PyTorch's default options. */
    public LBFGS(List<Tensor> parameters) {
        this(parameters, DEFAULTS);
    }

    /** Optimises the parameters with this learning rate and PyTorch's other defaults. */
    public LBFGS(List<Tensor> parameters, double learningRate) {
        this(parameters, DEFAULTS.withLearningRate(learningRate));
    }

    /** Optimises the parameters, all of one dtype on one device. */
    public LBFGS(List<Tensor> parameters, OptimizerOptions options) {
        super(parameters, options.values().get("max_eval") != null ? options
                : options.with("max_eval", (long) options.number("max_iter") * 5 / 4));
    }

    @Override
    protected void requireValid(OptimizerOptions options) {
        String search = options.text("line_search_fn");
        if (search != null && !search.equals(WOLFE)) {
            throw new IllegalArgumentException("line_search_fn must be null or \"strong_wolfe\", not " + search);
        }
    }

    /** Throws {@link UnsupportedOperationException}: a step needs a closure. */
    @Override
    public void step() {
        throw new UnsupportedOperationException("LBFGS needs a closure that computes the loss: step(closure)");
    }

    @Override
    protected void update(OptimizerOptions options, List<Tensor> parameters, List<Tensor> gradients,
            List<Map<String, Tensor>> states) {
        step();
    }

    @Override
    public Tensor step(Supplier<Tensor> closure) {
        List<Map<String, Tensor>> states = states(0);
        Tensor first;
        try (EnableGrad enabled = new EnableGrad()) {
            first = closure.get();
        }
        updating(states, () -> new Step(closure, states.getFirst()).take(first.item()));
        return first;
    }

    /** One step with all its iterations. */
    private final class Step {

        private final Supplier<Tensor> closure;
        private final Map<String, Tensor> state;
        private final OptimizerOptions options = options(0);
        private final List<Tensor> yields;
        private final List<Tensor> moves;
        private final List<Tensor> reciprocals;
        private Tensor direction;
        private Tensor scale;
        private Tensor gradient;
        private Tensor previousGradient;
        private double length;
        private double loss;
        private double previousLoss;
        private long iterations;
        private long evaluations = 1;

        Step(Supplier<Tensor> closure, Map<String, Tensor> state) {
            this.closure = closure;
            this.state = state;
            iterations = state.containsKey(ITERATIONS) ? (long) state.get(ITERATIONS).item() : 0;
            yields = list("old_dirs");
            moves = list("old_stps");
            reciprocals = list("ro");
            direction = state.get("d");
            scale = state.get("H_diag");
            previousGradient = state.get("prev_flat_grad");
            length = state.containsKey("t") ? state.get("t").item() : 0;
        }

        private List<Tensor> list(String name) {
            List<Tensor> list = new ArrayList<>();
            for (int i = 0; state.containsKey(name + "." + i); i++) {
                list.add(state.get(name + "." + i));
            }
            return list;
        }

        void take(double firstLoss) {
            loss = firstLoss;
            gradient = gradient();
            if (isFlat()) {
                state.put(EVALUATIONS, Tensor.scalar(evaluationsBefore() + evaluations));
                state.putIfAbsent(ITERATIONS, Tensor.scalar(iterations));
                return;
            }
            long last = (long) options.number("max_iter");
            boolean more = true;
            for (long n = 1; more && n <= last; n++) {
                iterations++;
                direct();
                previousGradient = gradient;
                previousLoss = loss;
                length = iterations == 1 ? Math.min(1, 1 / gradient.abs().sum().item()) * options.learningRate()
                        : options.learningRate();
                double slope = gradient.dot(direction).item();
                more = slope <= -options.number("tolerance_change") && move(slope, n == last) && n < last
                        && evaluations < options.number("max_eval") && isWorthwhile();
            }
            store();
        }

        private boolean isFlat() {
            return gradient.abs().max().item() <= options.number("tolerance_grad");
        }

        private boolean isWorthwhile() {
            double tolerance = options.number("tolerance_change");
            return !isFlat() && direction.mul(length).abs().max().item() > tolerance
                    && Math.abs(loss - previousLoss) >= tolerance;
        }

        /** The next direction, and with it the estimate of the inverse Hessian. */
        private void direct() {
            if (iterations == 1) {
                direction = gradient.neg();
                scale = Torch.onesLike(gradient.sum());
                return;
            }
            Tensor y = gradient.sub(previousGradient);
            Tensor s = direction.mul(length);
            Tensor product = y.dot(s);
            if (product.item() > 1e-10) {
                if (yields.size() == (int) options.number("history_size")) {
                    List.of(yields, moves, reciprocals).forEach(List::removeFirst);
                }
                yields.add(y);
                moves.add(s);
                reciprocals.add(product.reciprocal());
                scale = product.div(y.dot(y));
            }
            Tensor q = gradient.neg();
            Tensor[] weights = new Tensor[yields.size()];
            for (int i = yields.size() - 1; i >= 0; i--) {
                weights[i] = moves.get(i).dot(q).mul(reciprocals.get(i));
                q.sub_(yields.get(i).mul(weights[i]));
            }
            direction = q.mul(scale);
            for (int i = 0; i < yields.size(); i++) {
                Tensor back = yields.get(i).dot(direction).mul(reciprocals.get(i));
                direction.add_(moves.get(i).mul(weights[i].sub(back)));
            }
        }

        /** Moves the parameters. Returns true. */
        private boolean move(double slope, boolean isLast) {
            if (options.text("line_search_fn") != null) {
                List<Tensor> before = parameters(0).stream().map(p -> p.detach().clone()).toList();
                StrongWolfe.Point found = new StrongWolfe(t -> at(before, t), direction,
                        (long) options.number("max_eval") - evaluations).search(
                                new StrongWolfe.Point(0, loss, gradient, slope), length);
                loss = found.loss();
                gradient = found.gradient();
                length = found.length();
                add(length);
            } else {
                add(length);
                if (!isLast) {
                    loss = evaluate();
                    gradient = gradient();
                }
            }
            return true;
        }

        private StrongWolfe.Point at(List<Tensor> before, double t) {
            add(t);
            double value = evaluate();
            Tensor there = gradient();
            for (int i = 0; i < before.size(); i++) {
                parameters(0).get(i).copy_(before.get(i));
            }
            return new StrongWolfe.Point(t, value, there, there.dot(direction).item());
        }

        private double evaluate() {
            evaluations++;
            try (Scope scope = Scope.open(); EnableGrad enabled = new EnableGrad()) {
                return closure.get().item();
            }
        }

        private Tensor gradient() {
            return Torch.cat(parameters(0).stream().map(p -> (p.grad() == null ? Torch.zerosLike(p) : p.grad())
                    .reshape(-1)).toList(), 0);
        }

        private void add(double t) {
            long offset = 0;
            for (Tensor parameter : parameters(0)) {
                long size = parameter.numel();
                parameter.add_(direction.narrow(0, offset, size).reshape(parameter.shape()), t);
                offset += size;
            }
        }

        private long evaluationsBefore() {
            return state.containsKey(EVALUATIONS) ? (long) state.get(EVALUATIONS).item() : 0;
        }

        private void store() {
            long total = evaluationsBefore() + evaluations;
            state.clear();
            state.put(EVALUATIONS, Tensor.scalar(total));
            state.put(ITERATIONS, Tensor.scalar(iterations));
            state.put("d", direction);
            state.put("t", Tensor.scalar(length));
            store("old_dirs", yields);
            store("old_stps", moves);
            store("ro", reciprocals);
            state.put("H_diag", scale);
            state.put("prev_flat_grad", previousGradient);
            state.put("prev_loss", Tensor.scalar(previousLoss));
        }

        private void store(String name, List<Tensor> list) {
            for (int i = 0; i < list.size(); i++) {
                state.put(name + "." + i, list.get(i));
            }
        }
    }
}
