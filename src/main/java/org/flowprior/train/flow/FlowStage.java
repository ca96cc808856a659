package org.flowprior.train.flow;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.flowprior.flow.FlowMatchingLoss;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.FlowModelFile;
import org.flowprior.flow.FlowPriorFile;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Linalg;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.optim.Ema;
import org.flowprior.torch.optim.GradientClipping;
import org.flowprior.torch.optim.LearningRateSchedule;
import org.flowprior.torch.optim.Optimizer;
import org.flowprior.train.Stage;
import org.flowprior.train.StageEvaluation;
import org.flowprior.train.StageFiles;

/**
 * Trains the flow prior (Eq. 3, App. C.2). The draws of a step, rows, times and noise, are made for the whole batch and
 * then parted into micro-batches, so that accumulation changes a step by its rounding alone.
 */
final class FlowStage implements Stage, AutoCloseable {

    static final String NAME = "flow";
    static final String WEIGHTS = "model.safetensors";
    static final String AVERAGES = "ema.safetensors";

    private final FlowTrainingConfig config;
    private final Device device;
    private final FlowData data;
    private final FlowEvaluation evaluation;
    private final FlowModel model;
    private final List<Tensor> parameters;
    private final FlowMatchingLoss loss;
    private final Optimizer optimizer;
    private final Ema averages;
    private final LearningRateSchedule rate;
    private final Map<String, Generator> generators;
    private final StageEvaluation measurements;

    /** The stage over data and an evaluation that stay the caller's. */
    FlowStage(FlowTrainingConfig config, FlowData data, FlowEvaluation evaluation) {
        this.config = config;
        this.device = Device.of(config.device());
        this.data = data;
        this.evaluation = evaluation;
        try (Generator initial = Generator.seeded(Seeds.derive(config.seed(), "flow.weights"))) {
            model = new FlowModel(new VelocityNetwork(config.network(data.dimension()), initial),
                    config.network().timeConvention());
        }
        model.network().to(device);
        parameters = model.network().parameters();
        loss = FlowMatchingLoss.of(model);
        optimizer = config.training().optimizer(parameters);
        averages = new Ema(model.network().namedParameters(), config.training().ema());
        rate = config.training().schedule();
        generators = Map.of(
                "rows", Generator.seeded(Seeds.derive(config.seed(), "flow.rows")),
                "features", Generator.seeded(Seeds.derive(config.seed(), "flow.features")),
                "path", Generator.on(device).manualSeed(Seeds.derive(config.seed(), "flow.path")));
        measurements = new StageEvaluation(config.evaluation().every(), config.training().steps(),
                step -> evaluation());
    }

    FlowModel model() {
        return model;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> metrics() {
        return List.of("loss", "gradientNorm", "rowNorm");
    }

    @Override
    public Map<String, Double> settings(long step) {
        return Map.of("learningRate", rate.at(step - 1));
    }

    @Override
    public Tensor step(long step) {
        Tensor rows = data.batch(config.training().batch(), generators.get("rows"), generators.get("features"));
        optimizer.zeroGrad();
        Tensor value = backward(rows);
        double clip = config.training().clip();
        Tensor norm = GradientClipping.clipNorm(parameters, clip > 0 ? clip : Double.POSITIVE_INFINITY);
        optimizer.setLearningRate(rate.at(step - 1));
        optimizer.step();
        averages.update();
        return Torch.stack(List.of(value, norm, Linalg.vectorNorm(rows, 2, 1).mean()));
    }

    /** Leaves the gradient of the batch's mean loss in the parameters; returns that loss. */
    private Tensor backward(Tensor rows) {
        int parts = config.training().accumulation();
        long draws = rows.size(0) * config.training().flowMul();
        long size = draws / parts;
        Generator path = generators.get("path");
        Tensor times = Torch.rand(new long[] {draws}, path, DType.FLOAT32, device);
        Tensor noise = Torch.randn(new long[] {draws, rows.size(1)}, path, DType.FLOAT32, device);
        Tensor targets = rows.repeat(config.training().flowMul(), 1);
        Tensor sum = Torch.zeros(new long[0], DType.FLOAT32, device);
        for (int part = 0; part < parts; part++) {
            long from = part * size;
            try (Scope scope = Scope.open()) {
                Tensor mean = config.precision().compute(device, () -> loss.loss(targets.narrow(0, from, size),
                        times.narrow(0, from, size), noise.narrow(0, from, size))).div(parts);
                mean.backward();
                sum.add_(mean.detach());
            }
        }
        return sum;
    }

    @Override
    public Map<String, Double> evaluate(long step) {
        return measurements.at(step);
    }

    /** What the averaged weights are worth now. */
    Map<String, Double> evaluation() {
        try (Ema.Swap swap = averages.swap()) {
            return evaluation.of(model);
        }
    }

    /** The evaluation behind the last step, made anew where this process has not made it. */
    Map<String, Double> finalEvaluation() {
        return measurements.afterLast();
    }

    /** Writes the averaged weights, with what leads from features to their space, as a {@code FlowPrior}. */
    void writePrior(Path file, Map<String, String> provenance) {
        FlowPriorFile.write(file, averages.stateDict(), model.convention(), data.projection(), data.scaling(),
                provenance);
    }

    @Override
    public void save(Path directory) throws IOException {
        FlowModelFile.write(directory.resolve(WEIGHTS), model);
        try (Ema.Swap swap = averages.swap()) {
            FlowModelFile.write(directory.resolve(AVERAGES), model);
        }
        StageFiles.save(directory, optimizer, generators);
    }

    @Override
    public void load(Path directory) throws IOException {
        try (VelocityNetwork weights = FlowModelFile.readNetwork(directory.resolve(WEIGHTS));
                VelocityNetwork averaged = FlowModelFile.readNetwork(directory.resolve(AVERAGES))) {
            model.network().loadStateDict(weights.stateDict());
            averages.loadStateDict(averaged.stateDict());
        }
        StageFiles.load(directory, optimizer, generators);
    }

    @Override
    public void close() {
        averages.close();
        optimizer.close();
        generators.values().forEach(Generator::close);
        model.close();
    }
}
