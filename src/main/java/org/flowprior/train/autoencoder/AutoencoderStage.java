package org.flowprior.train.autoencoder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.autoencoder.AdaptiveAnchors;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderLoss;
import org.flowprior.autoencoder.AutoencoderNoise;
import org.flowprior.autoencoder.Discriminator;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.optim.Ema;
import org.flowprior.torch.optim.GradientClipping;
import org.flowprior.torch.optim.LearningRateSchedule;
import org.flowprior.torch.optim.Optimizer;
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
    private final List<Tensor> parameters;
    private final Optimizer optimizer;
    private final List<Tensor> discriminatorParameters;
    private final Optimizer discriminatorOptimizer;
    private final Ema averages;
    private final LearningRateSchedule rate;
    private final Map<String, Generator> generators;
    private final AutoencoderNoise.Generators draws;
    private final AdaptiveAnchors anchors;
    private final List<String> metrics;
    private final StageEvaluation measurements;

    /** Some images of a step. */
    private record Micro(Tensor all, AutoencoderNoise draws, long from, long count) {

        Tensor images(Device device) {
            return all.narrow(0, from, count).to(DType.FLOAT32, device);
        }

        AutoencoderNoise noise(Device device) {
            return draws.part(from, count, device);
        }
    }

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
        Map<String, Tensor> trained = networks.trained();
        this.parameters = List.copyOf(trained.values());
        this.optimizer = AutoencoderOptimizers.of(config.training(), trained);
        this.averages = new Ema(trained, config.training().ema());
        Discriminator discriminator = networks.discriminator();
        this.discriminatorParameters = discriminator == null ? List.of() : discriminator.parameters();
        this.discriminatorOptimizer = discriminator == null ? null
                : AutoencoderOptimizers.of(config.training(), discriminator.namedParameters());
        this.rate = config.training().schedule();
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
        return Map.of("learningRate", rate.at(step - 1));
    }

    @Override
    public Tensor step(long step) {
        Tensor images = data.batch();
        return step(step, images, AutoencoderNoise.draw(images, autoencoder, loss, draws));
    }

    /** A step on these images, on any device, with these random numbers. */
    Tensor step(long step, Tensor images, AutoencoderNoise noise) {
        Map<String, Tensor> values = new LinkedHashMap<>();
        List<Tensor> reconstructions = generatorStep(step, images, noise, values);
        averages.update();
        if (discriminatorOptimizer != null) {
            discriminatorStep(step, images, reconstructions, noise, values);
        }
        return Torch.stack(metrics.stream().map(name -> values.get(name).to(DType.FLOAT32)).toList());
    }

    private List<Tensor> generatorStep(long step, Tensor images, AutoencoderNoise noise, Map<String, Tensor> values) {
        optimizer.zeroGrad();
        networks.trainDiscriminator(false);
        List<Tensor> reconstructions = new ArrayList<>();
        for (Micro part : parts(images, noise)) {
            try (Scope scope = Scope.open()) {
                Tensor batch = part.images(device);
                AutoencoderNoise draws = part.noise(device);
                AutoencoderLoss.Value value = config.precision().compute(device, () -> {
                    Autoencoder.Output output = autoencoder.forward(batch, draws.latents());
                    reconstructions.add(output.reconstruction().detach().moveOutward());
                    return loss.generator(step, batch, output, anchors, draws);
                });
                backward(value, "loss", values);
            }
        }
        networks.trainDiscriminator(true);
        values.put("gradientNorm", update(optimizer, parameters, step));
        return reconstructions;
    }

    private void discriminatorStep(long step, Tensor images, List<Tensor> reconstructions, AutoencoderNoise noise,
                                   Map<String, Tensor> values) {
        discriminatorOptimizer.zeroGrad();
        List<Micro> parts = parts(images, noise);
        for (int i = 0; i < parts.size(); i++) {
            Tensor reconstruction = reconstructions.get(i);
            Micro part = parts.get(i);
            try (Scope scope = Scope.open()) {
                backward(config.precision().compute(device, () -> loss.discriminator(step, part.images(device),
                        reconstruction, part.noise(device))), "discriminatorLoss", values);
            }
        }
        values.put("discriminatorGradientNorm", update(discriminatorOptimizer, discriminatorParameters, step));
    }

    private List<Micro> parts(Tensor images, AutoencoderNoise noise) {
        long size = images.size(0) / config.training().accumulation();
        List<Micro> parts = new ArrayList<>();
        for (long from = 0; from < images.size(0); from += size) {
            parts.add(new Micro(images, noise, from, size));
        }
        return parts;
    }

    /** The moving averages of the autoencoder's weights. */
    Ema averages() {
        return averages;
    }

    /** What the losses average over the steps. */
    Map<String, Tensor> averagesOfLosses() {
        return loss.stateDict();
    }

    /** Adds a micro-batch's share to gradients and metrics. */
    private void backward(AutoencoderLoss.Value value, String name, Map<String, Tensor> values) {
        int parts = config.training().accumulation();
        Tensor total = value.total().div(parts);
        total.backward();
        try (NoGrad noGrad = new NoGrad()) {
            sum(values, name, total.detach());
            value.terms().forEach((term, tensor) -> sum(values, term, tensor.to(DType.FLOAT32).div(parts)));
        }
    }

    private static void sum(Map<String, Tensor> values, String name, Tensor share) {
        Tensor before = values.get(name);
        if (before == null) {
            values.put(name, share.clone().moveOutward());
        } else {
            before.add_(share);
        }
    }

    private Tensor update(Optimizer which, List<Tensor> changed, long step) {
        Tensor norm = GradientClipping.clipNorm(changed, config.training().largestNorm());
        which.setLearningRate(rate.at(step - 1));
        which.step();
        return norm;
    }

    // ---- evaluation ------------------------------------------------------------------------------------------------

    @Override
    public Map<String, Double> evaluate(long step) {
        return measurements.at(step);
    }

    /** What the averaged weights are worth now. */
    Map<String, Double> evaluation(long step) {
        try (Ema.Swap swap = averages.swap()) {
            return evaluation.of(networks, step);
        }
    }

    /** The evaluation behind the last step, made anew where this process has not made it. */
    Map<String, Double> finalEvaluation() {
        return measurements.afterLast();
    }

    // ---- files -----------------------------------------------------------------------------------------------------

    /** Writes the autoencoder with the averaged weights, and the discriminator. */
    void writeNetworks(Path directory) {
        try (Ema.Swap swap = averages.swap()) {
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
        return new AutoencoderCheckpoint.Parts(networks, averages, optimizer, discriminatorOptimizer, loss, generators,
                data);
    }

    @Override
    public void close() {
        averages.close();
        optimizer.close();
        if (discriminatorOptimizer != null) {
            discriminatorOptimizer.close();
        }
        loss.close();
        generators.values().forEach(Generator::close);
    }
}
