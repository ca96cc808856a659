package org.flowprior.eval;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Module;
import org.flowprior.vision.AutoencoderKlEncoder;
import org.flowprior.vision.Inception;
import org.flowprior.vision.VisionTransformer;
import org.flowprior.vision.VisionTransformerConfig;

/**
 * The features of a network that this library has.
 *
 * @param forward computes them of images, uint8 [B, 3, H, W]
 * @param network what {@link #close} frees
 */
record ModuleFeatures(String label, Set<Output> outputs, boolean isInception, boolean isGaussian,
        Function<Tensor, Outputs> forward, Runnable network) implements FeatureNetwork {

    private static final Set<Inception.Output> INCEPTION = Set.of(Inception.Output.POOLED2048,
            Inception.Output.SPATIAL, Inception.Output.LOGITS_UNBIASED);

    private static ModuleFeatures of(String label, boolean isGaussian, UnaryOperator<Tensor> features, Module network) {
        return new ModuleFeatures(label, Set.of(Output.FEATURES), false, isGaussian,
                images -> Outputs.of(features.apply(images)), network::close);
    }

    static FeatureNetwork inception(Path file, Device device) {
        Inception network = Inception.read(file);
        prepare(network, device);
        return new ModuleFeatures("Inception features", Set.of(Output.values()), true, false, images -> {
            Map<Inception.Output, Tensor> made = network.forward(images, INCEPTION);
            return new Outputs(made.get(Inception.Output.POOLED2048), made.get(Inception.Output.SPATIAL),
                    made.get(Inception.Output.LOGITS_UNBIASED));
        }, network::close);
    }

    /** The features that {@code readout} takes from all tokens after the last norm. */
    static FeatureNetwork transformer(Path file, Device device, UnaryOperator<VisionTransformerConfig> sizes,
            String what, BiFunction<VisionTransformer, Tensor, Tensor> readout) {
        VisionTransformer network = VisionTransformer.read(file, sizes);
        prepare(network, device);
        int size = network.config().imageSize();
        return of(what + " of " + file.getFileName(), false, images -> readout.apply(network,
                network.features(PixelRange.IMAGENET.of(PixelRange.levels(images, device, size)))), network);
    }

    static FeatureNetwork autoencoderKl(Path file, Device device) {
        AutoencoderKlEncoder network = AutoencoderKlEncoder.read(file);
        prepare(network, device);
        return of("moments of " + file.getFileName(), true, images -> network
                .tokens(PixelRange.SYMMETRIC.of(PixelRange.levels(images, device, null))).flatten(0, 1), network);
    }

    static FeatureNetwork classifier(Path file) {
        SmallClassifier classifier = SmallClassifier.read(file);
        return new ModuleFeatures("classifier features", Set.of(Output.FEATURES, Output.LOGITS), false, false,
                images -> {
                    Tensor features = classifier.features(
                            PixelRange.SYMMETRIC.of(PixelRange.levels(images, Device.CPU, null)));
                    return new Outputs(features, null, classifier.logits(features));
                }, classifier::close);
    }

    private static void prepare(Module network, Device device) {
        network.to(device);
        network.eval();
    }

    @Override
    public Outputs of(Tensor images) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            return forward.apply(images).moveOutward();
        }
    }

    @Override
    public void close() {
        network.run();
    }
}
