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
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.optim.AdamOptions;
import org.flowprior.torch.optim.AdamW;
import org.flowprior.torch.optim.Ema;
import org.flowprior.train.OptimizerStep;
import org.flowprior.train.Stage;
import org.flowprior.train.StageFiles;

/**
 * Trains the generator (Sec. 5.2, App. C.4). Each step draws orders, number of masked tokens, dropped labels, times and
 * noise for the whole batch and then splits them into micro-batches. All images have the same number of masked tokens,
 * so the mean of the micro-batches' losses is the batch's loss. Only dropout is drawn for each micro-batch.
 *
 * <p>A step with a loss that is not finite ends the run. (The official code prints that it skips such a step, but does
 * the step.)
 */
final class MarStage implements Stage, AutoCloseable {

    static final String NAME = "mar";
    static final String WEIGHTS = "model.safetensors";
    static final String AVERAGES = "ema.safetensors";

    private final MarTrainingConfig config;
    private final Device device;
    private final MarData data;
    private final Mar mar;
    private final OptimizerStep optimizer;
    private final Map<String, Generator> generators = new LinkedHashMap<>();

    /** Makes the stage of data and a generator, which stay the caller's. */
    MarStage(MarTrainingConfig config, MarData data, Mar mar) {
        this.config = config;
        this.device = Device.of(config.device());
        this.data = data;
        this.mar = mar;
        MarTrainingConfig.Training training = config.training();
        AdamW adam = AdamW.ofGroups(mar.parameterGroups(training.learningRate(), training.weightDecay()),
                AdamOptions.ADAMW.withBetas(training.beta1(), training.beta2()));
        this.optimizer = new OptimizerStep(adam, mar.namedParameters(), training.rate(), training.largestNorm(),
                training.accumulation()).averaging(training.ema());
        for (String purpose : List.of("flips", "latents")) {
            generators.put(purpose, Generator.seeded(Seeds.derive(config.seed(), "mar." + purpose)));
        }
        generators.putAll(noiseGenerators("training"));
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
        return step(step, batch, noise(generators, batch.tokens().size(0)));
    }

    /** Makes generators for the random numbers of the loss, with seeds for a purpose. */
    private Map<String, Generator> noiseGenerators(String purpose) {
        Map<String, Generator> made = new LinkedHashMap<>();
        for (String name : List.of("masks", "path", "dropout")) {
            made.put(name, Generator.on(name.equals("masks") ? Device.CPU : device)
                    .manualSeed(Seeds.derive(config.seed(), "mar." + purpose + "." + name)));
        }
        return made;
    }

    private MarNoise noise(Map<String, Generator> from, long images) {
        return MarNoise.draw(mar, images, from.get("masks"), device, from.get("path"), from.get("dropout"));
    }

    /** Does a step with these images and random numbers. */
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
        return config.training().isEvaluationDue(step, config.evaluation().every()) ? evaluation() : Map.of();
    }

    /**
     * Evaluates the averaged weights now: the loss on latents that were not trained on, without dropout and dropped
     * labels. The draws come from the run's seed and are the same every time, so evaluations differ only because of the
     * weights. Returns {@code heldOutLoss}, or nothing if no images are held out.
     */
    Map<String, Double> evaluation() {
        if (data.heldOutImages() == 0) {
            return Map.of();
        }
        double[] sum = {0};
        Map<String, Generator> fixed = noiseGenerators("evaluation");
        mar.eval();
        try (Ema.Swap swap = optimizer.averages().swap(); Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            data.validate(batch -> {
                MarNoise noise = noise(fixed, batch.tokens().size(0)).withAllLabels();
                double loss = config.precision().compute(device, () -> mar.loss(batch.tokens(), batch.labels(), noise))
                        .item();
                sum[0] += loss * batch.tokens().size(0);
            });
        } finally {
            mar.train();
            fixed.values().forEach(Generator::close);
        }
        return Map.of("heldOutLoss", sum[0] / data.heldOutImages());
    }

    // ---- files -----------------------------------------------------------------------------------------------------

    /** Writes the generator with the averaged weights and the factor of its latents. */
    void writeGenerator(Path file, Map<String, String> provenance) {
        write(file, optimizer.averages().stateDict(), provenance);
    }

    private void write(Path file, Map<String, Tensor> state, Map<String, String> provenance) {
        Map<String, String> metadata = new TreeMap<>(Map.of(MarFile.SCALING, Double.toString(data.scaling())));
        provenance.forEach((key, value) -> metadata.put("provenance." + key, value));
        MarFile.write(file, mar.config(), state, metadata);
    }

    @Override
    public void save(Path directory) throws IOException {
        write(directory.resolve(WEIGHTS), mar.stateDict(), Map.of());
        write(directory.resolve(AVERAGES), optimizer.averages().stateDict(), Map.of());
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
