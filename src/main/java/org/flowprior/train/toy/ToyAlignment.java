package org.flowprior.train.toy;

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
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.optim.Adam;
import org.flowprior.torch.optim.AdamOptions;
import org.flowprior.torch.optim.LearningRateSchedule;
import org.flowprior.train.Stage;
import org.flowprior.train.StageFiles;

/**
 * Optimises free latents with the frozen flow (Sec. 5.1): Adam on the alignment loss, Eq. 5, with one draw of (t,
 * noise) for each latent and step. Loss and NLL are those of the latents before the step's update. A step without an
 * evaluation of the NLL has that of the last evaluation.
 */
final class ToyAlignment implements Stage, AutoCloseable {

    static final String NAME = "alignment";
    private final String name;
    private final ToyConfig config;
    private final Device device;
    private final TargetDistribution target;
    private final ShownLikelihood likelihood;
    private final Tensor latents;
    private final Tensor lastNll;
    private final AlignmentLoss loss;
    private final Adam optimizer;
    private final LearningRateSchedule rate;
    private final Map<String, Generator> generators;
    /** Loss and NLL of each step that is done. */
    private final List<double[]> history = new ArrayList<>();
    private final LatentSnapshots snapshots;

    /** Makes the stage. Stages with any name and weighting start from the same latents and get the same draws. */
    ToyAlignment(String name, ToyConfig config, FlowModel model, ShownLikelihood likelihood) {
        this.name = name;
        this.config = config;
        this.device = Device.of(config.device());
        this.target = config.distribution();
        this.likelihood = likelihood;
        long[] shape = {config.alignment().latents(), target.density().dimension()};
        try (Scope scope = Scope.open();
                Generator initial = Generator.seeded(Seeds.derive(config.seed(), "alignment.latents"))) {
            latents = Torch.randn(shape, initial).to(DType.FLOAT32, device).keep().requiresGrad_(true);
            lastNll = Torch.zeros(new long[0], DType.FLOAT32, device).keep();
        }
        loss = AlignmentLoss.of(model, config.alignment().options());
        optimizer = new Adam(List.of(latents), AdamOptions.ADAM.withLearningRate(config.alignment().learningRate()));
        rate = ToyTraining.schedule(config.alignment().learningRate(), config.alignment().lastRate(),
                config.alignment().steps());
        generators = Map.of("path", Generator.on(device).manualSeed(Seeds.derive(config.seed(), "alignment.path")));
        snapshots = new LatentSnapshots(config.alignment().steps());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> metrics() {
        return List.of("loss", "nll");
    }

    @Override
    public Tensor step(long step) {
        optimizer.zeroGrad();
        Tensor value = config.precision().compute(device, () -> loss.loss(latents, generators.get("path")));
        value.backward();
        try (NoGrad noGrad = new NoGrad()) {
            if ((step - 1) % likelihood.every() == 0) {
                lastNll.copy_(likelihood.at(latents).mean());
            }
        }
        optimizer.setLearningRate(rate.at(step - 1));
        optimizer.step();
        snapshots.offer(step, latents);
        return Torch.stack(List.of(value.detach().to(DType.FLOAT32), lastNll));
    }

    @Override
    public void record(long step, double[] metrics) {
        history.add(metrics);
    }

    /** Returns the result of the stage so far. */
    AlignedLatents aligned() {
        return new AlignedLatents(config.alignment().weighting(), latents.toDoubleArray(), column(0), column(1),
                likelihood.every(), snapshots.taken());
    }

    private double[] column(int metric) {
        return history.stream().mapToDouble(row -> row[metric]).toArray();
    }

    @Override
    public void save(Path directory) throws IOException {
        StageFiles.save(directory, optimizer, generators);
        write(directory, ".safetensors");
    }

    /** Writes {@link #aligned} into the run's directory. */
    void finish(Path run) {
        write(run, inRun());
    }

    private void write(Path directory, String ending) {
        try (Scope scope = Scope.open()) {
            Safetensors.write(directory.resolve("latents" + ending), Map.of("latents", latents),
                    Map.of("scale", Double.toString(target.scale())));
            Map<String, Tensor> columns = new LinkedHashMap<>();
            columns.put("loss", Tensor.of(column(0)));
            columns.put("nll", Tensor.of(column(1)));
            Safetensors.write(directory.resolve("history" + ending), columns);
            snapshots.write(directory.resolve("snapshots" + ending));
        }
    }

    /** Reads the files of {@link #finish}. The stage then is as after its last step. */
    void loadFinished(Path run) {
        read(run, inRun());
    }

    /** In the run's directory, the stage {@code alignment-likelihood} has {@code latents-likelihood.safetensors}. */
    private String inRun() {
        return name.substring(NAME.length()) + ".safetensors";
    }

    @Override
    public void load(Path directory) throws IOException {
        StageFiles.load(directory, optimizer, generators);
        read(directory, ".safetensors");
    }

    private void read(Path directory, String ending) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            Path saved = directory.resolve("latents" + ending);
            latents.copy_(StageFiles.require(Safetensors.read(saved), "latents", saved));
            snapshots.read(directory.resolve("snapshots" + ending));
            Path rows = directory.resolve("history" + ending);
            Map<String, Tensor> columns = Safetensors.read(rows);
            double[] losses = StageFiles.require(columns, "loss", rows).toDoubleArray();
            double[] likelihoods = StageFiles.require(columns, "nll", rows).toDoubleArray();
            history.clear();
            for (int i = 0; i < losses.length; i++) {
                history.add(new double[] {losses[i], likelihoods[i]});
            }
            if (losses.length > 0) {
                lastNll.fill_(likelihoods[losses.length - 1]);
            }
        }
    }

    @Override
    public void close() {
        optimizer.close();
        generators.values().forEach(Generator::close);
        loss.close();
        latents.close();
        lastNll.close();
    }
}
