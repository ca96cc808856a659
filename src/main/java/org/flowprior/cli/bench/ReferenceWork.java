package org.flowprior.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.flowprior.flow.FlowMatchingLoss;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.TimeConvention;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.ReLU;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.torch.optim.Adam;
import org.flowprior.torch.optim.AdamOptions;
import org.flowprior.torch.optim.Sgd;

/** The work that {@code bench} times. Its peer.py does the same in PyTorch. */
final class ReferenceWork {

    private static final double LONGEST_WARM_UP = 60e9;

    /** All work by name, in the order of the table. */
    static final Map<String, Work> NAMED = new LinkedHashMap<>();

    static {
        NAMED.put("call", new Work("an empty downcall, ns", ReferenceWork::call));
        NAMED.put("add", new Work("add of 4 floats, ns", ReferenceWork::add));
        NAMED.put("mlp", new Work("two-layer MLP: forward, backward, SGD step, us", ReferenceWork::mlp));
        NAMED.put("toy", new Work("toy training step, 4 x 512, 256 rows, ms", ReferenceWork::toy));
        NAMED.put("start", new Work("start of the process to the end of the first op, ms", ReferenceWork::start));
        NAMED.put("prior", new Work("prior training step, 6 x 1024, 256 x 4 rows, ms",
                work -> new PriorWork(work, false).training()));
        NAMED.put("prior-bf16", new Work("the same under bf16 autocast, ms",
                work -> new PriorWork(work, true).training()));
        NAMED.put("alignment", new Work("alignment loss of 16,384 x 32 and gradient, ms",
                work -> new PriorWork(work, false).alignment()));
        NAMED.put("alignment-bf16", new Work("the same under bf16 autocast, ms",
                work -> new PriorWork(work, true).alignment()));
    }

    /**
     * A measurement.
     *
     * @param label  ends with the unit of the table
     * @param median measures the median time of one repetition in nanoseconds
     */
    record Work(String label, ToDoubleFunction<ReferenceWork> median) {}

    private final double seconds;

    ReferenceWork(double seconds) {
        this.seconds = seconds;
    }

    /** Returns the median time of one repetition in nanoseconds. */
    double run(String name) {
        if (!NAMED.containsKey(name)) {
            throw new IllegalArgumentException("no benchmark is called " + name);
        }
        return NAMED.get(name).median().applyAsDouble(this);
    }

    private double call() {
        return median(Libtorch::nothing, 100_000);
    }

    private double add() {
        try (Scope outer = Scope.open()) {
            Tensor x = Torch.ones(4);
            Tensor y = Torch.ones(4);
            return median(() -> x.add(y).close(), 10_000);
        }
    }

    /** A two-layer network, 16 wide, 16 rows: forward, backward, SGD step. */
    private double mlp() {
        try (Scope outer = Scope.open();
                Sequential model = new Sequential(new Linear(16, 16), new ReLU(), new Linear(16, 16));
                Sgd optimizer = new Sgd(model.parameters(), Sgd.Options.DEFAULT.withLearningRate(1e-3))) {
            Tensor x = Torch.ones(16, 16);
            return median(() -> {
                try (Scope step = Scope.open()) {
                    optimizer.zeroGrad();
                    model.forward(x).square().mean().backward();
                    optimizer.step();
                }
            }, 200);
        }
    }

    /** The toy's training step: 4 blocks of width 512, 256 rows, Adam. */
    private double toy() {
        try (FlowModel model = new FlowModel(new VelocityNetwork(VelocityNetwork.Config.TOY), TimeConvention.PAPER);
                Adam optimizer = new Adam(model.network().parameters(), AdamOptions.ADAM.withLearningRate(1e-4))) {
            FlowMatchingLoss flowMatching = FlowMatchingLoss.of(model);
            return median(() -> {
                try (Scope step = Scope.open()) {
                    Tensor loss = flowMatching.loss(Torch.randn(256, 2), null);
                    optimizer.zeroGrad();
                    loss.backward();
                    optimizer.step();
                    loss.item();
                }
            }, 1);
        }
    }

    /** Runs the first op. The process that started this one takes the time. */
    private double start() {
        try (Scope scope = Scope.open()) {
            Torch.ones(4).add(1);
        }
        return 0;
    }

    /** Returns the median over batches of repetitions, after a warm-up of half the time. */
    private double median(Runnable step, int repetitions) {
        List<Double> batches = new ArrayList<>();
        long start = System.nanoTime();
        while ((System.nanoTime() - start) / 1e9 < seconds || batches.size() < 3) {
            long begun = System.nanoTime();
            for (int i = 0; i < repetitions; i++) {
                step.run();
            }
            long ended = System.nanoTime();
            if ((ended - start) / 1e9 > seconds / 2 || !batches.isEmpty()) {
                batches.add((double) (ended - begun) / repetitions);
            }
        }
        return median(batches.stream().mapToDouble(Double::doubleValue));
    }

    /**
     * Returns the median time of single steps, at least two, after one to warm up. If the first takes over a minute, as
     * bf16 does on a processor without it, it is the result.
     */
    double medianOfLong(Runnable step) {
        double first = time(step);
        if (first > LONGEST_WARM_UP) {
            return first;
        }
        List<Double> steps = new ArrayList<>();
        long start = System.nanoTime();
        while ((System.nanoTime() - start) / 1e9 < seconds || steps.size() < 2) {
            steps.add(time(step));
        }
        return median(steps.stream().mapToDouble(Double::doubleValue));
    }

    /** Returns the median; of an even number of values the greater of the middle two. */
    static double median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static double time(Runnable step) {
        long begun = System.nanoTime();
        step.run();
        return System.nanoTime() - begun;
    }
}
