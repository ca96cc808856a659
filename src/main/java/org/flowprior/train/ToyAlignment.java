package org.flowprior.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.flow.AlignmentLoss;
import org.flowprior.flow.FlowModel;
import org.flowprior.target.TargetDistribution;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.optim.Adam;
import org.flowprior.torch.optim.AdamOptions;
import org.flowprior.torch.optim.LearningRateSchedule;

/**
 * Optimises free latents against the frozen flow (Sec. 5.1): Adam on the alignment loss, Eq. 5, one draw of (t, noise) for
 * each latent and step. Loss and NLL are those of the latents before the step's update.
 */
final class ToyAlignment implements Stage, AutoCloseable {

    static final String NAME = "alignment";
    static final String LATENTS = "latents.safetensors";
    private static final String HISTORY = "history.safetensors";

    private final ToyConfig config;
    private final Device device;
    private final TargetDistribution target;
    private final Tensor latents;
    private final AlignmentLoss loss;
    private final Adam optimizer;
    private final LearningRateSchedule rate;
    private final Map<String, Generator> generators;
    /** Loss and NLL of each step so far. */
    private final List<double[]> history = new ArrayList<>();

    ToyAlignment(ToyConfig config, FlowModel model) {
        this.config = config;
        this.device = Device.of(config.device());
        this.target = config.distribution();
        long[] shape = {config.alignment().latents(), target.density().dimension()};
        try (Scope scope = Scope.open();
                Generator initial = Generator.seeded(Seeds.derive(config.seed(), "alignment.latents"))) {
            latents = Torch.randn(shape, initial).to(DType.FLOAT32, device).keep().requiresGrad_(true);
        }
        loss = AlignmentLoss.of(model);
        optimizer = new Adam(List.of(latents), AdamOptions.ADAM.withLearningRate(config.alignment().learningRate()));
        rate = ToyTraining.schedule(config.alignment().learningRate(), config.alignment().lastRate(),
                config.alignment().steps());
        generators = Map.of("path",
                Generator.on(device).manualSeed(Seeds.derive(config.seed(), "alignment.path")));
    }

    Tensor latents() {
        return latents;
    }

    /** A metric of all steps so far: 0 for the loss, 1 for the NLL. */
    double[] history(int metric) {
        return history.stream().mapToDouble(row -> row[metric]).toArray();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> metrics() {
        return List.of("loss", "nll");
    }

    @Override
    public Tensor step(long step) {
        Tensor value = ToyTraining.in(config.precision(), device, () -> loss.loss(latents, generators.get("path")));
        optimizer.zeroGrad();
        value.backward();
        Tensor nll;
        try (NoGrad noGrad = new NoGrad()) {
            nll = target.rawNegativeLogLikelihood(latents).mean();
        }
        optimizer.setLearningRate(rate.at(step - 1));
        optimizer.step();
        return Torch.stack(List.of(value.detach().to(DType.FLOAT32), nll));
    }

    @Override
    public void record(long step, double[] metrics) {
        history.add(metrics);
    }

    @Override
    public void save(Path directory) throws IOException {
        writeLatents(directory.resolve(LATENTS));
        StageFiles.save(directory, optimizer, generators);
        Map<String, Tensor> columns = new LinkedHashMap<>();
        columns.put("loss", Tensor.of(history(0)));
        columns.put("nll", Tensor.of(history(1)));
        Safetensors.write(directory.resolve(HISTORY), columns);
    }

    void writeLatents(Path file) {
        Safetensors.write(file, Map.of("latents", latents), Map.of("scale", Double.toString(target.scale())));
    }

    @Override
    public void load(Path directory) throws IOException {
        StageFiles.load(directory, optimizer, generators);
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            latents.copy_(Safetensors.read(directory.resolve(LATENTS)).get("latents"));
            Map<String, Tensor> columns = Safetensors.read(directory.resolve(HISTORY));
            double[] losses = columns.get("loss").toDoubleArray();
            double[] likelihoods = columns.get("nll").toDoubleArray();
            history.clear();
            for (int i = 0; i < losses.length; i++) {
                history.add(new double[] {losses[i], likelihoods[i]});
            }
        }
    }

    @Override
    public void close() {
        optimizer.close();
        generators.values().forEach(Generator::close);
        loss.close();
        latents.close();
    }
}
