package org.flowprior.eval;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.vision.VisionTransformer;

/** Class token or mean patch token of a vision transformer. */
final class TransformerFeatures implements FeatureNetwork {

    private final Path file;
    private final Device device;
    private final Tokens tokens;
    private final VisionTransformer network;

    TransformerFeatures(Path file, Device device, Tokens tokens, int size) {
        this.file = file;
        this.device = device;
        this.tokens = tokens;
        this.network = VisionTransformer.read(file, sizes -> sizes.withGrid(size, sizes.patchSize()));
        network.to(device);
        network.eval();
    }

    @Override
    public String label() {
        return (tokens == Tokens.CLS ? "class tokens of " : "mean patch tokens of ") + file.getFileName();
    }

    @Override
    public boolean isInception() {
        return false;
    }

    @Override
    public Set<Output> outputs() {
        return EnumSet.of(Output.FEATURES);
    }

    @Override
    public FeatureOutputs of(Tensor images) {
        try (NoGrad noGrad = new NoGrad()) {
            return new FeatureOutputs(Scope.returning(() -> {
                Tensor pixels = PixelRange.IMAGENET.of(LevelImages.on(device, images, network.config().imageSize()));
                Tensor all = network.features(pixels);
                return tokens == Tokens.CLS ? network.classToken(all).flatten(1) : network.patchTokens(all).mean(1L);
            }), null, null);
        }
    }

    @Override
    public void close() {
        network.close();
    }
}
