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
import org.flowprior.train.OptimizerStep;
import org.flowprior.train.Stage;
import org.flowprior.train.StageEvaluation;
import org.flowprior.train.StageFiles;

/**
 * Trains the generator (Sec. 5.2, App. C.4). The draws of a step, the orders, how many tokens are masked, the dropped
 * labels, times and noise, are made for the whole batch and then split into micro-batches. All images have the same
 * number of masked tokens, so the mean of the micro-batches' losses is the batch's loss. Only dropout is drawn for
 * each.
 *
 * <p>A step whose loss is not finite ends the run. (The official code says that it skips such a step, and takes
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
    private final OptimizerStep optimizer;
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
        MarTrainingConfig.Training training = config.training();
        AdamW adam = AdamW.ofGroups(mar.parameterGroups(training.learningRate(), training.weightDecay()),
                AdamOptions.ADAMW.withBetas(training.beta1(), training.beta2()));
        this.optimizer = new OptimizerStep(adam, mar.namedParameters(), training.rate(), training.largestNorm(),
                training.accumulation()).averaging(training.ema());
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
        return optimizer.settings(step);
    }

    @Override
    public Tensor step(long step) {
        MarData.Batch batch = data.batch(step, generators.get("flips"), generators.get("latents"));
        return step(step, batch, draws.next(batch.tokens().size(0)));
    }

    /** A step on these images with these random numbers. */
    Tensor step(long step, MarData.Batch batch, MarNoise noise) {
        mar.train();
        OptimizerStep.Result result = optimizer.take(step, batch.tokens().size(0), part -> new OptimizerStep.Loss(
                config.precision().compute(device, () -> mar.loss(part.of(batch.tokens()), part.of(batch.labels()),
                        noise.part(part.from(), part.size())))));
        double share = (double) noise.masked() / data.tokens();
        return Torch.stack(List.of(result.loss(), result.gradientNorm(),
                Torch.full(new long[0], share, DType.FLOAT32, device), batch.tokens().mean(), batch.tokens().std()));
    }

    // ---- evaluation ------------------------------------------------------------------------------------------------

    @Override
    public Map<String, Double> evaluate(long step) {
        return measurements.at(step);
    }

    /** Measures the averaged weights now. */
    Map<String, Double> evaluation() {
        try (Ema.Swap swap = optimizer.averages().swap()) {
            return evaluation.measure();
        }
    }

    /** The evaluation after the last step, computed again if another process computed it. */
    Map<String, Double> finalEvaluation() {
        return measurements.afterLast();
    }

    // ---- files -----------------------------------------------------------------------------------------------------

    /** Writes the generator with the averaged weights, and what its latents were multiplied by. */
    void writeGenerator(Path file, Map<String, String> provenance) {
        Map<String, String> metadata = new TreeMap<>(Map.of(MarFile.SCALING, Double.toString(data.scaling())));
        provenance.forEach((key, value) -> metadata.put("provenance." + key, value));
        MarFile.write(file, mar.config(), optimizer.averages().stateDict(), metadata);
    }

    @Override
    public void save(Path directory) throws IOException {
        Map<String, String> scaling = Map.of(MarFile.SCALING, Double.toString(data.scaling()));
        MarFile.write(directory.resolve(WEIGHTS), mar.config(), mar.stateDict(), scaling);
        MarFile.write(directory.resolve(AVERAGES), mar.config(), optimizer.averages().stateDict(), scaling);
        StageFiles.save(directory, optimizer.optimizer(), generators);
    }

    @Override
    public void load(Path directory) throws IOException {
        try (Scope scope = Scope.open()) {
            mar.loadStateDict(MarFile.state(directory.resolve(WEIGHTS)));
            optimizer.averages().loadStateDict(MarFile.state(directory.resolve(AVERAGES)));
        }
        StageFiles.load(directory, optimizer.optimizer(), generators);
    }

    @Override
    public void close() {
        optimizer.close();
        generators.values().forEach(Generator::close);
    }
}
