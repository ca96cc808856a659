package org.flowprior.cli.features;

import java.nio.file.Path;
import java.util.List;
import org.flowprior.config.RequestException;
import org.flowprior.eval.SmallClassifier;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Scope;
import org.flowprior.torch.ScriptModule;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.TorchException;
import org.flowprior.vision.AutoencoderKlEncoder;
import org.flowprior.vision.ImageNetNormalization;
import org.flowprior.vision.VisionTransformer;

/** What makes rows of features of images. */
interface FeaturesEncoder extends AutoCloseable {

    /** Images [B, 3, size, size] in [-1, 1], on the encoder's device, to rows [n, D]. */
    Tensor rows(Tensor images);

    /** Whether the rows are mean and log-variance. */
    boolean gaussian();

    @Override
    void close();

    /** The encoder that the options name. */
    static FeaturesEncoder open(FeaturesImageOptions options, FeaturesLayout layout, Device device) {
        Path weights = options.weights();
        if (layout != FeaturesLayout.AUTO && options.encoder() != FeaturesImageOptions.Encoder.TORCHSCRIPT) {
            throw new RequestException("--layout goes with --arrays and TorchScript modules; that of the encoder is "
                    + "known");
        }
        return switch (options.encoder()) {
            case DINOV2 -> new Dinov2(VisionTransformer.read(weights,
                    sizes -> sizes.withGrid(options.imageSize(), options.patchSize())), device);
            case VAE -> new Vae(AutoencoderKlEncoder.read(weights), device);
            case CLASSIFIER -> new Classifier(SmallClassifier.read(weights), device);
            case TORCHSCRIPT -> new Script(script(weights, device), weights, options.input(), layout);
        };
    }

    private static ScriptModule script(Path weights, Device device) {
        try {
            return ScriptModule.load(weights, device).train(false);
        } catch (TorchException e) {
            throw new RequestException(weights + ": is no TorchScript module: " + e.getMessage(), e);
        }
    }

    /** The patch tokens of DINOv2 behind its last norm. */
    final class Dinov2 implements FeaturesEncoder {

        private final VisionTransformer network;

        Dinov2(VisionTransformer network, Device device) {
            this.network = network;
            network.to(device);
            network.eval();
        }

        @Override
        public Tensor rows(Tensor images) {
            return Scope.returning(() ->
                    network.patchTokens(network.features(ImageNetNormalization.apply(images))).flatten(0, 1));
        }

        @Override
        public boolean gaussian() {
            return false;
        }

        @Override
        public void close() {
            network.close();
        }
    }

    /** The moments of a VAE's posterior. */
    final class Vae implements FeaturesEncoder {

        private final AutoencoderKlEncoder network;

        Vae(AutoencoderKlEncoder network, Device device) {
            this.network = network;
            network.to(device);
        }

        @Override
        public Tensor rows(Tensor images) {
            return Scope.returning(() -> network.tokens(images).flatten(0, 1));
        }

        @Override
        public boolean gaussian() {
            return true;
        }

        @Override
        public void close() {
            network.close();
        }
    }

    /**
     * The features that a small classifier tells classes by, one row an image.
     *
     * @param device where the rows go; the network is on the CPU
     */
    record Classifier(SmallClassifier network, Device device) implements FeaturesEncoder {

        @Override
        public Tensor rows(Tensor images) {
            return Scope.returning(() -> network.features(images).to(device, DType.FLOAT32));
        }

        @Override
        public boolean gaussian() {
            return false;
        }

        @Override
        public void close() {
            network.close();
        }
    }

    /** What a TorchScript module's {@code forward} returns. */
    record Script(ScriptModule module, Path file, FeaturesImageOptions.Input input, FeaturesLayout layout)
            implements FeaturesEncoder {

        @Override
        public Tensor rows(Tensor images) {
            return Scope.returning(() -> {
                List<Tensor> outputs = module.forward(switch (input) {
                    case SYMMETRIC -> images;
                    case UNIT -> images.mul(0.5).add(0.5);
                    case IMAGENET -> ImageNetNormalization.apply(images);
                });
                if (outputs.size() != 1) {
                    throw new RequestException(file + ": forward returns " + outputs.size()
                            + " tensors; wanted is one");
                }
                Tensor output = outputs.getFirst();
                if (output.dim() == 0 || output.size(0) != images.size(0)) {
                    throw new RequestException(file + ": forward makes " + output.signature() + " of " + images.size(0)
                            + " images; the first dimension must be theirs");
                }
                return layout.rows(output, file + ": the output of forward");
            });
        }

        @Override
        public boolean gaussian() {
            return false;
        }

        @Override
        public void close() {
            module.close();
        }
    }
}
