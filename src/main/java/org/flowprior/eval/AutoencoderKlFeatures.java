package org.flowprior.eval;

import java.nio.file.Path;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.vision.AutoencoderKlEncoder;

/** The moments of a VAE's posterior, a row for each position. */
final class AutoencoderKlFeatures implements FeatureNetwork {

    private final Path file;
    private final Device device;
    private final AutoencoderKlEncoder network;

    AutoencoderKlFeatures(Path file, Device device) {
        this.file = file;
        this.device = device;
        this.network = AutoencoderKlEncoder.read(file);
        network.to(device);
    }

    @Override
    public String label() {
        return "moments of " + file.getFileName();
    }

    @Override
    public boolean isGaussian() {
        return true;
    }

    @Override
    public FeatureOutputs of(Tensor images) {
        try (NoGrad noGrad = new NoGrad()) {
            return FeatureOutputs.of(Scope.returning(() -> network.tokens(
                    PixelRange.SYMMETRIC.of(LevelImages.on(device, images, null))).flatten(0, 1)));
        }
    }

    @Override
    public void close() {
        network.close();
    }
}
