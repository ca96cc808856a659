package org.flowprior.train.mar;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.flowprior.mar.Mar;
import org.flowprior.mar.MarFile;
import org.flowprior.mar.MarNoise;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.optim.AdamOptions;
import org.flowprior.torch.optim.AdamW;
import org.flowprior.torch.optim.Ema;
import org.flowprior.torch.optim.GradientClipping;
import org.flowprior.torch.optim.LearningRateSchedule;
import org.flowprior.torch.optim.Optimizer;
import org.flowprior.train.Stage;
import org.flowprior.train.StageEvaluation;
import org.flowprior.train.StageFiles;

/**
 * Trains the generator (Sec. 5.2, App. C.4). The draws of a step, the orders, how many tokens are masked, the dropped
 * labels, times and noise, are made for the whole batch and then parted into micro-batches; as all images have the same
 * number of masked tokens, the mean of the micro-batches' losses is the batch's. Dropout alone is drawn for each.
 *
 * <p>A step whose loss is no finite number ends the run. (The official code says that it skips such a step, and takes
 * it.)
 */
final class MarStage implements Stage, AutoCloseable {

    static final String NAME = "mar";
    static final String WEIGHTS = "model.safetensors";
    static final String AVERAGES = "ema.safetensors";

    private final MarTrainingConfig config;
    private final Device device;
    private final MarData data;
    private final MarEvaluation evaluation;
    private final Mar mar;
    private final List<Tensor> parameters;
    private final Optimizer optimizer;
    private final Ema averages;
    private final LearningRateSchedule rate;
    private final MarDraws draws;
    private final Map<String, Generator> generators = new LinkedHashMap<>();
    private final StageEvaluation measurements;

    /** The stage over data and a generator that stay the caller's. */
    MarStage(MarTrainingConfig config, MarData data, Mar mar) {
        this.config = config;
        this.device = Device.of(config.device());
        this.data = data;
        this.mar = mar;
        this.evaluation = new MarEvaluation(config, data, mar);
        this.parameters = mar.parameters();
        MarTrainingConfig.Training training = config.training();
        this.optimizer = AdamW.ofGroups(mar.parameterGroups(training.learningRate(), training.weightDecay()),
                AdamOptions.ADAMW.withBetas(training.beta1(), training.beta2()));
        this.averages = new Ema(mar.namedParameters(), training.ema());
        this.rate = training.rate();
        this.draws = new MarDraws(config, mar, "training");
        for (String purpose : List.of("flips", "latents")) {
            generators.put(purpose, Generator.seeded(Seeds.derive(config.seed(), "mar." + purpose)));
        }
        generators.putAll(draws.generators());
        measurements = new StageEvaluation(config.evaluation().every(), training.steps(), step -> evaluation());
        mar.gradCheckpointing(training.checkpointing());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> metrics() {
        return List.of("loss", "gradientNorm", "maskedShare", "latentMean", "latentStd");
    }

    @Override
    public Map<String, Double> settings(long step) {
        return Map.of("learningRate", rate.at(step - 1));
    }

    @Override
    public Tensor step(long step) {
        MarData.Batch batch = data.batch(step, generators.get("flips"), generators.get("latents"));
        return step(step, batch, draws.next(batch.tokens().size(0)));
    }

    /** A step on these images with these random numbers. */
    Tensor step(long step, MarData.Batch batch, MarNoise noise) {
        mar.train();
        optimizer.zeroGrad();
        Tensor value = backward(batch, noise);
        Tensor norm = GradientClipping.clipNorm(parameters, config.training().largestNorm());
        optimizer.setLearningRate(rate.at(step - 1));
        optimizer.step();
        averages.update();
        double share = (double) noise.masked() / data.tokens();
        return Torch.stack(List.of(value, norm, Torch.full(new long[0], share, DType.FLOAT32, device),
                batch.tokens().mean(), batch.tokens().std()));
    }

    /** Leaves the gradient of the batch's loss in the parameters; returns that loss. */
    private Tensor backward(MarData.Batch batch, MarNoise noise) {
        int parts = config.training().accumulation();
        long size = batch.tokens().size(0) / parts;
        Tensor sum = Torch.zeros(new long[0], DType.FLOAT32, device);
        for (int part = 0; part < parts; part++) {
            long from = part * size;
            try (Scope scope = Scope.open()) {
                Tensor loss = config.precision().compute(device, () -> mar.loss(batch.tokens().narrow(0, from, size),
                        batch.labels().narrow(0, from, size), noise.part(from, size))).div(parts);
                loss.backward();
                sum.add_(loss.detach());
            }
        }
        return sum;
    }

    // ---- evaluation ------------------------------------------------------------------------------------------------

    @Override
    public Map<String, Double> evaluate(long step) {
        return measurements.at(step);
    }

    /** What the averaged weights are worth now. */
    Map<String, Double> evaluation() {
        try (Ema.Swap swap = averages.swap()) {
            return evaluation.measure();
        }
    }

    /** The evaluation behind the last step, made anew where this process has not made it. */
    Map<String, Double> finalEvaluation() {
        return measurements.afterLast();
    }

    // ---- files -----------------------------------------------------------------------------------------------------

    /** Writes the generator with the averaged weights, and what its latents were multiplied by. */
    void writeGenerator(Path file, Map<String, String> provenance) {
        Map<String, String> metadata = new TreeMap<>(Map.of(MarFile.SCALING, Double.toString(data.scaling())));
        provenance.forEach((key, value) -> metadata.put("provenance." + key, value));
        MarFile.write(file, mar.config(), averages.stateDict(), metadata);
    }

    @Override
    public void save(Path directory) throws IOException {
        Map<String, String> scaling = Map.of(MarFile.SCALING, Double.toString(data.scaling()));
        MarFile.write(directory.resolve(WEIGHTS), mar.config(), mar.stateDict(), scaling);
        MarFile.write(directory.resolve(AVERAGES), mar.config(), averages.stateDict(), scaling);
        StageFiles.save(directory, optimizer, generators);
    }

    @Override
    public void load(Path directory) throws IOException {
        try (Scope scope = Scope.open()) {
            mar.loadStateDict(MarFile.state(directory.resolve(WEIGHTS)));
            averages.loadStateDict(MarFile.state(directory.resolve(AVERAGES)));
        }
        StageFiles.load(directory, optimizer, generators);
    }

    @Override
    public void close() {
        averages.close();
        optimizer.close();
        generators.values().forEach(Generator::close);
    }
}
