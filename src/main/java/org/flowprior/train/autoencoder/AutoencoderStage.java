package org.flowprior.train.autoencoder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.flowprior.autoencoder.AdaptiveAnchors;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderLoss;
import org.flowprior.autoencoder.AutoencoderNoise;
import org.flowprior.autoencoder.Discriminator;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.optim.AdamOptions;
import org.flowprior.torch.optim.Ema;
import org.flowprior.torch.optim.ParameterGroup;
import org.flowprior.train.MicroBatch;
import org.flowprior.train.OptimizerKind;
import org.flowprior.train.OptimizerStep;
import org.flowprior.train.Stage;
import org.flowprior.train.StageEvaluation;

/**
 * Trains the autoencoder and its discriminator in turn (Sec. 4.2, App. C.3), in the order of the official code: the
 * autoencoder's step, its moving average, then the discriminator's step on the same images and reconstructions.
 */
final class AutoencoderStage implements Stage, AutoCloseable {

    static final String NAME = "autoencoder";

    private final AutoencoderTrainingConfig config;
    private final Device device;
    private final AutoencoderData data;
    private final AutoencoderEvaluation evaluation;
    private final AutoencoderNetworks networks;
    private final Autoencoder autoencoder;
    private final AutoencoderLoss loss;
    private final OptimizerStep optimizer;
    /** Or null. */
    private final OptimizerStep discriminatorOptimizer;
    private final Map<String, Generator> generators;
    private final AutoencoderNoise.Generators draws;
    private final AdaptiveAnchors anchors;
    private final List<String> metrics;
    private final StageEvaluation measurements;

    /** The stage over data, networks and an evaluation that stay the caller's. */
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
        this.generators = Map.of("latents", generator("latents", device), "alignment",
                generator("alignment", Device.CPU), "discriminator", generator("discriminator", Device.CPU), "dropout",
                generator("dropout", device));
        this.draws = new AutoencoderNoise.Generators(generators.get("latents"), generators.get("alignment"),
                generators.get("discriminator"), generators.get("dropout"));
        this.anchors = AdaptiveAnchors.of(autoencoder);
        this.metrics = metricNames();
        this.measurements = new StageEvaluation(config.evaluation().every(), config.training().steps(),
                this::evaluation);
    }

    /**
     * Adam has one group. AdamW has two: biases and tensors of one dimension do not decay, as in SoftVQ's code. (The
     * paper's code names AdamW in a key that nothing reads, and runs Adam.)
     */
    private OptimizerStep optimizer(Map<String, Tensor> parameters) {
        AutoencoderTrainingConfig.Training training = config.training();
        AdamOptions options = AdamOptions.ADAM.withBetas(training.beta1(), training.beta2());
        List<Tensor> decaying = new ArrayList<>();
        List<Tensor> others = new ArrayList<>();
        boolean decaysAll = training.optimizer() == OptimizerKind.ADAM;
        parameters.forEach((name, parameter) ->
                (decaysAll || parameter.dim() > 1 && !name.endsWith(".bias") ? decaying : others).add(parameter));
        double rate = training.learningRate();
        ParameterGroup decay = new ParameterGroup(decaying, rate, training.weightDecay());
        List<ParameterGroup> groups = decaysAll ? List.of(decay)
                : List.of(decay, new ParameterGroup(others, rate, 0));
        return new OptimizerStep(training.optimizer().of(groups, options), parameters, training.schedule(), training.largestNorm(),
                training.accumulation());
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

    /** A step on these images, on any device, with these random numbers. */
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

    /** The moving averages of the autoencoder's weights. */
    Ema averages() {
        return optimizer.averages();
    }

    /** What the losses average over the steps. */
    Map<String, Tensor> averagesOfLosses() {
        return loss.stateDict();
    }

    // ---- evaluation ------------------------------------------------------------------------------------------------

    @Override
    public Map<String, Double> evaluate(long step) {
        return measurements.at(step);
    }

    /** Measures the averaged weights now. */
    Map<String, Double> evaluation(long step) {
        try (Ema.Swap swap = averages().swap()) {
            return evaluation.of(networks, step);
        }
    }

    /** The evaluation after the last step, computed again if another process computed it. */
    Map<String, Double> finalEvaluation() {
        return measurements.afterLast();
    }

    // ---- files -----------------------------------------------------------------------------------------------------

    /** Writes the autoencoder with the averaged weights, and the discriminator. */
    void writeNetworks(Path directory) {
        try (Ema.Swap swap = averages().swap()) {
            networks.writeAutoencoder(directory.resolve(AutoencoderTraining.AUTOENCODER));
        }
        if (networks.discriminator() != null) {
            networks.writeDiscriminator(directory.resolve(AutoencoderTraining.DISCRIMINATOR));
        }
    }

    @Override
    public void save(Path directory) throws IOException {
        AutoencoderCheckpoint.save(directory, saved());
    }

    @Override
    public void load(Path directory) throws IOException {
        AutoencoderCheckpoint.load(directory, saved());
    }

    private AutoencoderCheckpoint.Parts saved() {
        return new AutoencoderCheckpoint.Parts(networks, averages(), optimizer.optimizer(),
                discriminatorOptimizer == null ? null : discriminatorOptimizer.optimizer(), loss, generators, data);
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
