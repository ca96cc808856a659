package org.flowprior.train.toy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.flowprior.flow.FlowMatchingLoss;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.FlowModelFile;
import org.flowprior.flow.TimeConvention;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.target.TargetDistribution;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.optim.Adam;
import org.flowprior.torch.optim.AdamOptions;
import org.flowprior.torch.optim.LearningRateSchedule;
import org.flowprior.train.Stage;
import org.flowprior.train.StageFiles;

/** Trains the toy's flow (Eq. 3, App. C.1) with Adam on fresh batches of the target; t = 0 is noise, t = 1 data. */
final class ToyFlow implements Stage, AutoCloseable {

    static final String NAME = "flow";
    static final String WEIGHTS = "flow.safetensors";

    private final ToyConfig config;
    private final Device device;
    private final TargetDistribution target;
    private final FlowModel model;
    private final FlowMatchingLoss loss;
    private final Adam optimizer;
    private final LearningRateSchedule rate;
    private final Map<String, Generator> generators;

    ToyFlow(ToyConfig config) {
        this.config = config;
        this.device = Device.of(config.device());
        this.target = config.distribution();
        try (Generator initial = Generator.seeded(Seeds.derive(config.seed(), "flow.weights"))) {
            model = new FlowModel(new VelocityNetwork(config.flow().network(target.density().dimension()), initial),
                    TimeConvention.PAPER);
        }
        model.network().to(device);
        loss = FlowMatchingLoss.of(model);
        optimizer = new Adam(model.network().parameters(),
                AdamOptions.ADAM.withLearningRate(config.flow().learningRate()));
        rate = ToyTraining.schedule(config.flow().learningRate(), config.flow().lastRate(), config.flow().steps());
        generators = Map.of("data", Generator.seeded(Seeds.derive(config.seed(), "flow.data")),
                "path", Generator.on(device).manualSeed(Seeds.derive(config.seed(), "flow.path")));
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
        return List.of("loss");
    }

    @Override
    public Tensor step(long step) {
        Tensor data = target.sample(config.flow().batch(), generators.get("data")).to(DType.FLOAT32, device);
        optimizer.zeroGrad();
        Tensor value = config.precision().compute(device, () -> loss.loss(data, generators.get("path")));
        value.backward();
        optimizer.setLearningRate(rate.at(step - 1));
        optimizer.step();
        return value.reshape(1);
    }

    @Override
    public void save(Path directory) throws IOException {
        FlowModelFile.write(directory.resolve(WEIGHTS), model);
        StageFiles.save(directory, optimizer, generators);
    }

    @Override
    public void load(Path directory) throws IOException {
        try (VelocityNetwork saved = FlowModelFile.readNetwork(directory.resolve(WEIGHTS))) {
            model.network().loadStateDict(saved.stateDict());
        }
        StageFiles.load(directory, optimizer, generators);
    }

    @Override
    public void close() {
        optimizer.close();
        generators.values().forEach(Generator::close);
        model.close();
    }
}
