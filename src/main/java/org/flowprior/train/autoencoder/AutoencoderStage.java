package org.flowprior.train.autoencoder;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.flowprior.autoencoder.AdaptiveAnchors;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderFile;
import org.flowprior.autoencoder.AutoencoderLoss;
import org.flowprior.autoencoder.AutoencoderNoise;
import org.flowprior.autoencoder.Discriminator;
import org.flowprior.config.Json;
import org.flowprior.config.JsonFields;
import org.flowprior.data.LoaderPosition;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.optim.Ema;
import org.flowprior.torch.optim.OptimizerState;
import org.flowprior.train.MicroBatch;
import org.flowprior.train.OptimizerKind;
import org.flowprior.train.OptimizerStep;
import org.flowprior.train.Stage;
import org.flowprior.train.StageFiles;

/**
 * Trains the autoencoder and its discriminator in turn (Sec. 4.2, App. C.3), in the order of the official code: the
 * autoencoder's step, its moving average, then the discriminator's step on the same images and reconstructions.
 */
final class AutoencoderStage implements Stage, AutoCloseable {

    static final String NAME = "autoencoder";
    static final String WEIGHTS = "model.safetensors";
    static final String AVERAGES = "ema.safetensors";
    static final String DISCRIMINATOR = "discriminator.safetensors";
    static final String DISCRIMINATOR_OPTIMIZER = "optimizer-disc.safetensors";
    static final String LOSS = "loss.safetensors";
    static final String DATA = "data.json";

    private final AutoencoderTrainingConfig config;
    private final Device device;
    private final AutoencoderData data;
    private final AutoencoderEvaluation evaluation;
    private final AutoencoderNetworks networks;
    private final Autoencoder autoencoder;
    private final AutoencoderLoss loss;
    private final OptimizerStep optimizer;
    /** Null without a discriminator. */
    private final OptimizerStep discriminatorOptimizer;
    private final Map<String, Generator> generators;
    private final AutoencoderNoise.Generators draws;
    private final AdaptiveAnchors anchors;
    private final List<String> metrics;
    private boolean otherImages;

    /** Makes the stage of data, networks and an evaluation, which stay the caller's. */
    AutoencoderStage(AutoencoderTrainingConfig config, AutoencoderData data, AutoencoderNetworks networks,
            AutoencoderEvaluation evaluation) {
        this.config = config;
        this.device = Device.of(config.device());
        this.data = data;
        this.evaluation = evaluation;
        this.networks = networks;
        this.autoencoder = networks.autoencoder();
        this.loss = networks.newLoss();
        this.optimizer = optimizer(networks.trained()).averaging(config.training().ema());
        Discriminator discriminator = networks.discriminator();
        this.discriminatorOptimizer = discriminator == null ? null : optimizer(discriminator.namedParameters());
        this.generators = Map.of("latents", generator("latents", device),
                "alignment", generator("alignment", Device.CPU),
                "discriminator", generator("discriminator", Device.CPU), "dropout", generator("dropout", device));
        this.draws = new AutoencoderNoise.Generators(generators.get("latents"), generators.get("alignment"),
                generators.get("discriminator"), generators.get("dropout"));
        this.anchors = AdaptiveAnchors.of(autoencoder);
        this.metrics = metricNames();
    }

    /**
     * Adam decays all parameters. AdamW does not decay biases and tensors with one dimension, as in SoftVQ's code. (The
     * paper's code has AdamW in a key that it does not read, and runs Adam.)
     */
    private OptimizerStep optimizer(Map<String, Tensor> parameters) {
        AutoencoderTrainingConfig.Training training = config.training();
        boolean decaysAll = training.optimizer() == OptimizerKind.ADAM;
        return new OptimizerStep(training.optimizer().of(parameters,
                (name, parameter) -> decaysAll || parameter.dim() > 1 && !name.endsWith(".bias"), training), parameters,
                training.schedule(), training.largestNorm(), training.accumulation());
    }

    private Generator generator(String purpose, Device on) {
        return Generator.on(on).manualSeed(Seeds.derive(config.seed(), "autoencoder." + purpose));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> metrics() {
        return metrics;
    }

    private List<String> metricNames() {
        List<String> names = new ArrayList<>(List.of("loss", "gradientNorm"));
        names.addAll(loss.generatorTerms(autoencoder.config()));
        if (discriminatorOptimizer != null) {
            names.addAll(List.of("discriminatorLoss", "discriminatorGradientNorm"));
            names.addAll(loss.discriminatorTerms());
        }
        return List.copyOf(names);
    }

    @Override
    public Map<String, Double> settings(long step) {
        return optimizer.settings(step);
    }

    @Override
    public Tensor step(long step) {
        Tensor images = data.batch();
        return step(step, images, AutoencoderNoise.draw(images, autoencoder, loss, draws));
    }

    /** Does a step with these images, on any device, and these random numbers. */
    Tensor step(long step, Tensor images, AutoencoderNoise noise) {
        List<Tensor> reconstructions = new ArrayList<>();
        networks.trainDiscriminator(false);
        OptimizerStep.Result result = optimizer.take(step, images.size(0), part -> {
            Tensor batch = images(images, part);
            AutoencoderNoise drawn = noise.part(part.from(), part.size(), device);
            return loss(() -> {
                Autoencoder.Output output = autoencoder.forward(batch, drawn.latents());
                reconstructions.add(output.reconstruction().detach().moveOutward());
                return loss.generator(step, batch, output, anchors, drawn);
            });
        });
        networks.trainDiscriminator(true);
        Map<String, Tensor> values = new LinkedHashMap<>(result.terms());
        values.put("loss", result.loss());
        values.put("gradientNorm", result.gradientNorm());
        if (discriminatorOptimizer != null) {
            result = discriminatorOptimizer.take(step, images.size(0), part -> loss(() -> loss.discriminator(step,
                    images(images, part), reconstructions.get(part.index()),
                    noise.part(part.from(), part.size(), device))));
            values.putAll(result.terms());
            values.put("discriminatorLoss", result.loss());
            values.put("discriminatorGradientNorm", result.gradientNorm());
        }
        return Torch.stack(metrics.stream().map(name -> values.get(name).to(DType.FLOAT32)).toList());
    }

    private Tensor images(Tensor all, MicroBatch part) {
        return part.of(all).to(DType.FLOAT32, device);
    }

    private OptimizerStep.Loss loss(Supplier<AutoencoderLoss.Value> computation) {
        AutoencoderLoss.Value value = config.precision().compute(device, computation);
        return new OptimizerStep.Loss(value.total(), value.terms());
    }

    /** Returns the moving averages of the autoencoder's weights. */
    Ema averages() {
        return optimizer.averages();
    }

    /** Returns the losses' own averages over the steps. */
    Map<String, Tensor> averagesOfLosses() {
        return loss.stateDict();
    }

    @Override
    public Map<String, Double> evaluate(long step) {
        if (!config.training().isEvaluationDue(step, config.evaluation().every())) {
            return Map.of();
        }
        try (Ema.Swap swap = averages().swap()) {
            return evaluation.of(networks, step);
        }
    }

    // ---- files -----------------------------------------------------------------------------------------------------

    /** Writes the autoencoder with the averaged weights, and the discriminator. */
    void writeNetworks(Path directory) {
        writeAverages(directory.resolve(AutoencoderTraining.AUTOENCODER));
        if (networks.discriminator() != null) {
            Safetensors.write(directory.resolve(AutoencoderTraining.DISCRIMINATOR),
                    networks.discriminator().stateDict());
        }
    }

    private void writeAverages(Path file) {
        try (Ema.Swap swap = averages().swap()) {
            AutoencoderFile.write(file, autoencoder);
        }
    }

    @Override
    public void save(Path directory) throws IOException {
        try (Scope scope = Scope.open()) {
            AutoencoderFile.write(directory.resolve(WEIGHTS), autoencoder);
            writeAverages(directory.resolve(AVERAGES));
            StageFiles.save(directory, optimizer.optimizer(), generators);
            if (discriminatorOptimizer != null) {
                Safetensors.write(directory.resolve(DISCRIMINATOR), networks.discriminator().stateDict());
                Safetensors.write(directory.resolve(DISCRIMINATOR_OPTIMIZER),
                        discriminatorOptimizer.optimizer().stateDict().toTensors());
            }
            Safetensors.write(directory.resolve(LOSS), loss.stateDict());
        }
        JsonObject position = new JsonObject();
        position.addProperty("epoch", data.position().epoch());
        position.addProperty("index", data.position().index());
        Files.writeString(directory.resolve(DATA), Json.pretty(position));
    }

    @Override
    public void load(Path directory) throws IOException {
        try (Scope scope = Scope.open()) {
            autoencoder.loadStateDict(Safetensors.read(directory.resolve(WEIGHTS)));
            Map<String, Tensor> averages = new LinkedHashMap<>(Safetensors.read(directory.resolve(AVERAGES)));
            averages.keySet().retainAll(averages().stateDict().keySet());
            averages().loadStateDict(averages);
            StageFiles.load(directory, optimizer.optimizer(), generators);
            if (discriminatorOptimizer != null) {
                networks.discriminator().loadStateDict(Safetensors.read(directory.resolve(DISCRIMINATOR)));
                discriminatorOptimizer.optimizer().loadStateDict(
                        OptimizerState.ofTensors(Safetensors.read(directory.resolve(DISCRIMINATOR_OPTIMIZER))));
            }
            loss.loadStateDict(Safetensors.read(directory.resolve(LOSS)));
        }
        LoaderPosition next = JsonFields.read(directory.resolve(DATA), "a checkpoint of an autoencoder",
                json -> new LoaderPosition(json.integer("epoch"), json.integer("index")));
        data.seek(otherImages && next.index() > data.trainingImages() ? new LoaderPosition(next.epoch() + 1, 0) : next);
    }

    /** Lets {@link #load} continue with a set of images that is shorter than the pass was: with its next pass. */
    void acceptOtherImages(boolean accept) {
        otherImages = accept;
    }

    @Override
    public void close() {
        optimizer.close();
        if (discriminatorOptimizer != null) {
            discriminatorOptimizer.close();
        }
        loss.close();
        generators.values().forEach(Generator::close);
    }
}
