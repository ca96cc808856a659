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
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.data.DataLoader;
import org.flowprior.torch.optim.Ema;
import org.flowprior.train.OptimizerStep;
import org.flowprior.train.Stage;
import org.flowprior.train.StageFiles;

/**
 * Trains the flow prior (Eq. 3, App. C.2). Each step draws rows, times and noise for the whole batch and then splits
 * them into micro-batches, so accumulation changes a step only by rounding.
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
    private final FlowMatchingLoss loss;
    private final OptimizerStep optimizer;
    private final Map<String, Generator> generators;
    private final DataLoader<Long, Tensor> batches;

    /** Makes the stage of prepared data. The data stay the caller's. */
    FlowStage(FlowTrainingConfig config, FlowData data) {
        this.config = config;
        this.device = Device.of(config.device());
        this.data = data;
        this.evaluation = new FlowEvaluation(config, data);
        try (Generator initial = Generator.seeded(Seeds.derive(config.seed(), "flow.weights"))) {
            model = new FlowModel(new VelocityNetwork(config.network(data.dimension()), initial),
                    config.network().timeConvention());
        }
        model.network().to(device);
        loss = FlowMatchingLoss.of(model);
        FlowTrainingConfig.Training training = config.training();
        Map<String, Tensor> parameters = model.network().namedParameters();
        optimizer = new OptimizerStep(training.optimizer(parameters), parameters, training.schedule(),
                training.largestNorm(), training.accumulation()).averaging(training.ema());
        generators = Map.of("rows", Generator.seeded(Seeds.derive(config.seed(), "flow.rows")),
                "features", Generator.seeded(Seeds.derive(config.seed(), "flow.features")),
                "path", Generator.on(device).manualSeed(Seeds.derive(config.seed(), "flow.path")));
        batches = data.batches(training.batch(), generators.get("rows"), generators.get("features"));
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
        return optimizer.settings(step);
    }

    @Override
    public Tensor step(long step) {
        Tensor rows = batches.next();
        long draws = rows.size(0) * config.training().flowMul();
        Generator path = generators.get("path");
        Tensor times = Torch.rand(new long[] {draws}, path, DType.FLOAT32, device);
        Tensor noise = Torch.randn(new long[] {draws, rows.size(1)}, path, DType.FLOAT32, device);
        Tensor targets = rows.repeat(config.training().flowMul(), 1);
        OptimizerStep.Result result = optimizer.take(step, draws, part -> new OptimizerStep.Loss(config.precision()
                .compute(device, () -> loss.loss(part.of(targets), part.of(times), part.of(noise)))));
        return Torch.stack(List.of(result.loss(), result.gradientNorm(), Linalg.vectorNorm(rows, 2, 1).mean()));
    }

    @Override
    public Map<String, Double> evaluate(long step) {
        return config.training().isEvaluationDue(step, config.evaluation().every()) ? evaluation() : Map.of();
    }

    /** Evaluates the averaged weights now. */
    Map<String, Double> evaluation() {
        try (Ema.Swap swap = optimizer.averages().swap()) {
            return evaluation.of(model);
        }
    }

    /** Writes the averaged weights with scaling and projection as a {@code FlowPrior}. */
    void writePrior(Path file, Map<String, String> provenance) {
        FlowPriorFile.write(file, optimizer.averages().stateDict(), model.convention(), data.projection(),
                data.scaling(), provenance);
    }

    @Override
    public void save(Path directory) throws IOException {
        FlowModelFile.write(directory.resolve(WEIGHTS), model);
        try (Ema.Swap swap = optimizer.averages().swap()) {
            FlowModelFile.write(directory.resolve(AVERAGES), model);
        }
        StageFiles.save(directory, optimizer.optimizer(), generators);
    }

    @Override
    public void load(Path directory) throws IOException {
        try (VelocityNetwork weights = FlowModelFile.readNetwork(directory.resolve(WEIGHTS));
                VelocityNetwork averaged = FlowModelFile.readNetwork(directory.resolve(AVERAGES))) {
            model.network().loadStateDict(weights.stateDict());
            optimizer.averages().loadStateDict(averaged.stateDict());
        }
        StageFiles.load(directory, optimizer.optimizer(), generators);
    }

    @Override
    public void close() {
        optimizer.close();
        batches.close();
        generators.values().forEach(Generator::close);
        model.close();
        evaluation.close();
    }
}
