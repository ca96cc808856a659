package org.flowprior.autoencoder;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.flowprior.flow.AlignmentLoss;
import org.flowprior.flow.FlowPrior;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Module;

/**
 * The losses of the autoencoder and of its discriminator (Sec. 4.2, App. C.3): reconstruction, LPIPS, adversarial and
 * alignment loss, losses of the bottleneck, LeCAM and consistency, each with its weight at a step. Agrees with the
 * official {@code VQFlowLoss} and {@code VQLoss}.
 *
 * <p>The alignment loss is the official mean over latents and channels of (v &minus; (y &minus; noise))&sup2;, 1/D of
 * the paper's squared norm, and its weight is relative to that. A term with weight 0 at a step is computed without
 * gradients: the result is the same, and the discriminator's statistics still move.
 *
 * <p>LPIPS, discriminator and prior stay the caller's; the averages of LeCAM and of the alignment loss are owned here.
 */
public final class AutoencoderLoss implements AutoCloseable {

    /**
     * A loss and its terms.
     *
     * @param total a scalar with its graph
     * @param terms by name, unweighted, without gradients; the same names in the same order at each step
     */
    public record Value(Tensor total, Map<String, Tensor> terms) {}

    private final AutoencoderLossConfig config;
    private final Lpips lpips;
    private final Discriminator discriminator;
    private final AlignmentLoss alignment;
    private final LeCam lecam;
    private final Averages averages;

    /** The buffers of LeCAM and of the alignment loss. */
    private static final class Averages extends Module {

        Averages(LeCam lecam, AlignmentLoss alignment) {
            if (lecam != null) {
                register("lecam", lecam);
            }
            if (alignment != null) {
                register("alignment", alignment);
            }
        }
    }

    /**
     * Makes a loss over networks that stay the caller's.
     *
     * @param lpips         null for no perceptual loss
     * @param discriminator null for no adversarial loss
     * @param prior         null for no alignment loss
     * @throws IllegalArgumentException if a term has a weight but its network is null
     */
    public AutoencoderLoss(AutoencoderLossConfig config, Lpips lpips, Discriminator discriminator, FlowPrior prior) {
        require(lpips != null || config.perceptual().weight() == 0,
                "the perceptual loss has a weight, but there is no LPIPS");
        require(discriminator != null || config.adversarial().weight() == 0,
                "the adversarial loss has a weight, but there is no discriminator");
        require(prior != null || config.alignment().weight() == 0,
                "the alignment loss has a weight, but there is no flow prior");
        this.config = config;
        this.lpips = config.perceptual().weight() == 0 ? null : lpips;
        this.discriminator = discriminator;
        this.alignment = prior == null ? null : AlignmentLoss.of(prior.model(), config.alignment().options());
        this.lecam = discriminator == null || config.adversarial().lecam() == 0 ? null : new LeCam();
        this.averages = new Averages(lecam, alignment);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** Weights and kinds of the terms. */
    public AutoencoderLossConfig config() {
        return config;
    }

    /**
     * Returns the autoencoder's loss.
     *
     * @param step    from 1
     * @param images  [B, 3, H, W] in [-1, 1]
     * @param output  the autoencoder's output for them
     * @param anchors used if a weight is adaptive; otherwise may be null
     */
    public Value generator(long step, Tensor images, Autoencoder.Output output, AdaptiveAnchors anchors,
            AutoencoderNoise noise) {
        Map<String, Tensor> terms = new LinkedHashMap<>();
        Tensor reconstruction = output.reconstruction();
        Tensor pixels = distance(images, reconstruction);
        terms.put("reconstruction", pixels);
        Tensor total = pixels.mul(config.reconstruction().weight());
        if (lpips != null) {
            Tensor perceptual = lpips.forward(images, reconstruction, noise.dropout()).mean();
            terms.put("perceptual", perceptual);
            total = total.add(perceptual.mul(config.perceptual().schedule().at(step)));
        }
        if (discriminator != null) {
            Tensor reference = total;
            AutoencoderLossConfig.Adversarial adversarial = config.adversarial();
            total = add(total, terms, "adversarial", adversarial.schedule().at(step), adversarial.adaptive(),
                    () -> adversarial.generatorLoss().generator(
                            logits(reconstruction, noise.generated(), DiffAugment.WEAK)),
                    loss -> AdaptiveAnchors.factor(reference, loss, anchors.lastLayer()));
        }
        if (alignment != null) {
            AutoencoderLossConfig.Alignment aligned = config.alignment();
            total = add(total, terms, "alignment", aligned.schedule().at(step), aligned.adaptive(),
                    () -> alignment(output.latents(), noise),
                    loss -> AdaptiveAnchors.factor(pixels, loss, anchors.encoderNorm()));
        }
        terms.putAll(output.losses());
        total = output.losses().values().stream().reduce(total, Tensor::add);
        if (config.latentDeviation() > 0) {
            Tensor deviation = output.latents().to(DType.FLOAT32).std();
            terms.put("latentDeviation", deviation);
            total = total.add(deviation.sub(1).square().mul(config.latentDeviation()));
        }
        return value(total, terms);
    }

    /** Adds a term; one with weight 0 is computed without a gradient. */
    private static Tensor add(Tensor total, Map<String, Tensor> terms, String name, double weight, boolean adaptive,
            Supplier<Tensor> term, UnaryOperator<Tensor> factor) {
        if (weight == 0) {
            try (NoGrad noGrad = new NoGrad()) {
                Tensor loss = term.get();
                terms.put(name, loss);
                if (adaptive) {
                    terms.put(name + "Factor", Torch.zerosLike(loss));
                }
            }
            return total;
        }
        Tensor loss = term.get();
        terms.put(name, loss);
        if (!adaptive) {
            return total.add(loss.mul(weight));
        }
        Tensor scale = factor.apply(loss);
        terms.put(name + "Factor", scale);
        return total.add(loss.mul(scale).mul(weight));
    }

    private Tensor distance(Tensor images, Tensor reconstruction) {
        return switch (config.reconstruction().kind()) {
            case L1 -> Functional.l1Loss(reconstruction, images);
            case L2 -> Functional.mseLoss(reconstruction, images);
        };
    }

    /** Returns the alignment loss (Sec. 4.2, Eq. 5) of latents [B, L, D] for the noise of the step. */
    public Tensor alignment(Tensor latents, AutoencoderNoise noise) {
        return alignment.loss(latents, noise.times().flatten(), noise.noise().flatten(0, 2));
    }

    /**
     * Returns the discriminator's loss and moves the averages of LeCAM.
     *
     * @param step           from 1
     * @param images         [B, 3, H, W] in [-1, 1]
     * @param reconstruction the autoencoder's, from before its own step; gets no gradient
     */
    public Value discriminator(long step, Tensor images, Tensor reconstruction, AutoencoderNoise noise) {
        Map<String, Tensor> terms = new LinkedHashMap<>();
        Tensor generated = reconstruction.detach();
        Tensor real = logits(images, noise.real(), DiffAugment.WEAK);
        Tensor fake = logits(generated, noise.fake(), DiffAugment.WEAK);
        Tensor loss = config.adversarial().discriminatorLoss().discriminator(real, fake);
        terms.put("discriminator", loss);
        terms.put("logitsReal", real.mean());
        terms.put("logitsFake", fake.mean());
        if (lecam != null) {
            lecam.update(real, fake);
            Tensor regularization = lecam.loss(real, fake);
            terms.put("lecam", regularization);
            loss = loss.add(regularization.mul(config.adversarial().lecam()));
        }
        Tensor total = loss.mul(config.adversarial().schedule().at(step));
        if (isConsistent()) {
            total = add(total, terms, "consistency", config.adversarial().consistencySchedule().at(step), false,
                    () -> AdversarialLoss.consistency(real, fake,
                            logits(images, noise.strongReal(), DiffAugment.STRONG),
                            logits(generated, noise.strongFake(), DiffAugment.STRONG)),
                    null);
        }
        return value(total, terms);
    }

    private Tensor logits(Tensor images, AutoencoderNoise.View view, DiffAugment augmentation) {
        Tensor seen = config.adversarial().augmentation() ? augmentation.apply(images, view.augmentation()) : images;
        return discriminator.forward(seen, view.window());
    }

    private static Value value(Tensor total, Map<String, Tensor> terms) {
        terms.replaceAll((name, term) -> term.detach());
        return new Value(total, terms);
    }

    /** Whether there is a prior to align with. */
    boolean isAligned() {
        return alignment != null;
    }

    /** Whether there is a consistency loss. */
    boolean isConsistent() {
        return discriminator != null && config.adversarial().consistency() > 0;
    }

    /** Draws the discriminator's view of a batch; null without a discriminator. */
    AutoencoderNoise.View drawView(Tensor images, DiffAugment augmentation, Generator generator) {
        if (discriminator == null) {
            return null;
        }
        DiffAugment.Draws draws = config.adversarial().augmentation() ? augmentation.draw(images, generator, generator)
                : DiffAugment.Draws.NONE;
        return new AutoencoderNoise.View(draws, discriminator.drawWindow(images.size(2), images.size(3), generator));
    }

    /** Returns the names of the autoencoder's terms in their order. */
    public List<String> generatorTerms(AutoencoderConfig autoencoder) {
        List<String> names = new ArrayList<>(List.of("reconstruction"));
        addIf(names, lpips != null, "perceptual");
        addIf(names, discriminator != null, "adversarial");
        addIf(names, discriminator != null && config.adversarial().adaptive(), "adversarialFactor");
        addIf(names, alignment != null, "alignment");
        addIf(names, alignment != null && config.alignment().adaptive(), "alignmentFactor");
        names.addAll(autoencoder.lossNames());
        addIf(names, config.latentDeviation() > 0, "latentDeviation");
        return names;
    }

    /** Returns the names of the discriminator's terms in their order; none without a discriminator. */
    public List<String> discriminatorTerms() {
        List<String> names = new ArrayList<>();
        if (discriminator != null) {
            names.addAll(List.of("discriminator", "logitsReal", "logitsFake"));
            addIf(names, lecam != null, "lecam");
            addIf(names, isConsistent(), "consistency");
        }
        return names;
    }

    private static void addIf(List<String> names, boolean condition, String name) {
        if (condition) {
            names.add(name);
        }
    }

    /** The averages: {@code lecam.real}, {@code lecam.fake} and {@code alignment.moving_avg}, as far as they exist. */
    public Map<String, Tensor> stateDict() {
        return averages.stateDict();
    }

    /** Loads averages from {@link #stateDict}. */
    public void loadStateDict(Map<String, Tensor> state) {
        averages.loadStateDict(state);
    }

    /** Moves the averages to the device. Returns this. */
    public AutoencoderLoss to(Device device) {
        averages.to(device);
        return this;
    }

    @Override
    public void close() {
        averages.close();
    }
}
