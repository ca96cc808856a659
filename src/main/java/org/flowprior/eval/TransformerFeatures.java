package org.flowprior.eval;

import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.vision.VisionTransformer;
import org.flowprior.vision.VisionTransformerConfig;

/** Tokens of a vision transformer, after its last norm. */
final class TransformerFeatures implements FeatureNetwork {

    /** Takes the features out of all tokens. */
    private interface Readout {
        Tensor of(VisionTransformer network, Tensor tokens);
    }

    private final String label;
    private final Device device;
    private final VisionTransformer network;
    private final Readout readout;

    private TransformerFeatures(Path file, Device device, UnaryOperator<VisionTransformerConfig> sizes, String what,
            Readout readout) {
        this.label = what + " of " + file.getFileName();
        this.device = device;
        this.readout = readout;
        this.network = VisionTransformer.read(file, sizes);
        network.to(device);
        network.eval();
    }

    static TransformerFeatures classTokens(Path file, Device device, int size) {
        return new TransformerFeatures(file, device, sizes -> sizes.withGrid(size, sizes.patchSize()), "class tokens",
                (network, tokens) -> network.classToken(tokens).flatten(1));
    }

    static TransformerFeatures meanPatchTokens(Path file, Device device, int size) {
        return new TransformerFeatures(file, device, sizes -> sizes.withGrid(size, sizes.patchSize()),
                "mean patch tokens", (network, tokens) -> network.patchTokens(tokens).mean(1L));
    }

    static TransformerFeatures patchTokens(Path file, Device device, int size, int patchSize) {
        return new TransformerFeatures(file, device, sizes -> sizes.withGrid(size, patchSize), "patch tokens",
                (network, tokens) -> network.patchTokens(tokens).flatten(0, 1));
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public FeatureOutputs of(Tensor images) {
        try (NoGrad noGrad = new NoGrad()) {
            return FeatureOutputs.of(Scope.returning(() -> {
                Tensor pixels = PixelRange.IMAGENET.of(LevelImages.on(device, images, network.config().imageSize()));
                return readout.of(network, network.features(pixels));
            }));
        }
    }

    @Override
    public void close() {
        network.close();
    }
}
