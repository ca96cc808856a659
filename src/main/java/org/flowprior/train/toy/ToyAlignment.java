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
 * Optimises free latents against the frozen flow (Sec. 5.1): Adam on the alignment loss, Eq. 5, one draw of (t, noise)
 * for each latent and step. Loss and NLL are those of the latents before the step's update; where the NLL is not
 * evaluated at each step, the others have that of the last evaluation.
 */
final class ToyAlignment implements Stage, AutoCloseable {

    static final String NAME = "alignment";
    private static final String LATENTS = "latents.safetensors";
    private static final String HISTORY = "history.safetensors";
    private static final String SNAPSHOTS = "snapshots.safetensors";

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
    /** Loss and NLL of each step so far. */
    private final List<double[]> history = new ArrayList<>();
    private final LatentSnapshots snapshots;

    /** The stage of that name; all start from the same latents and see the same draws, whatever their weighting. */
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
        generators = Map.of("path",
                Generator.on(device).manualSeed(Seeds.derive(config.seed(), "alignment.path")));
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

    /** The result of the stage so far. */
    AlignedLatents aligned() {
        return new AlignedLatents(config.alignment().weighting(), latents.toDoubleArray(), column(0), column(1),
                likelihood.every(), snapshots.taken());
    }

    private double[] column(int metric) {
        return history.stream().mapToDouble(row -> row[metric]).toArray();
    }

    @Override
    public void save(Path directory) throws IOException {
        writeLatents(directory.resolve(LATENTS));
        StageFiles.save(directory, optimizer, generators);
        writeHistory(directory.resolve(HISTORY));
        snapshots.write(directory.resolve(SNAPSHOTS));
    }

    /** Writes what {@link #aligned} says into the run's directory. */
    void finish(Path run) {
        try (Scope scope = Scope.open()) {
            writeLatents(run.resolve(inRun(LATENTS)));
            writeHistory(run.resolve(inRun(HISTORY)));
            snapshots.write(run.resolve(inRun(SNAPSHOTS)));
        }
    }

    private void writeLatents(Path file) {
        Safetensors.write(file, Map.of("latents", latents), Map.of("scale", Double.toString(target.scale())));
    }

    private void writeHistory(Path file) {
        Map<String, Tensor> columns = new LinkedHashMap<>();
        columns.put("loss", Tensor.of(column(0)));
        columns.put("nll", Tensor.of(column(1)));
        Safetensors.write(file, columns);
    }

    /** Continues from {@link #finish}'s files, as one that has done all its steps. */
    void loadFinished(Path run) {
        readLatents(run.resolve(inRun(LATENTS)));
        readHistory(run.resolve(inRun(HISTORY)));
        snapshots.read(run.resolve(inRun(SNAPSHOTS)));
    }

    /**
     * {@code latents.safetensors} of the stage {@code alignment-likelihood} is {@code latents-likelihood.safetensors}.
     */
    private String inRun(String file) {
        return file.replace(".safetensors", name.substring(NAME.length()) + ".safetensors");
    }

    @Override
    public void load(Path directory) throws IOException {
        StageFiles.load(directory, optimizer, generators);
        readLatents(directory.resolve(LATENTS));
        readHistory(directory.resolve(HISTORY));
        snapshots.read(directory.resolve(SNAPSHOTS));
    }

    private void readLatents(Path file) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            latents.copy_(Safetensors.read(file).get("latents"));
        }
    }

    private void readHistory(Path file) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> columns = Safetensors.read(file);
            double[] losses = columns.get("loss").toDoubleArray();
            double[] likelihoods = columns.get("nll").toDoubleArray();
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
