package org.flowprior.vision;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.MemoryFormat;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.MaxPool2d;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.nn.StateDict;
import org.flowprior.torch.nn.StateDictException;
import org.flowprior.vision.InceptionUnit.Shape;

/**
 * Inception v3 of TensorFlow's file of 2015-12-05, which FID, sFID and the inception score use. Keys and numbers are those
 * of torch-fidelity's {@code FeatureExtractorInceptionV3}. It differs from torchvision's in the input's size and scale,
 * in mean pools that do not count the padding, in a maximum pool instead of a mean pool in the last block, in 1008
 * classes, and in the weights. Batch norms always use the running statistics, and parameters do not require gradients;
 * gradients flow to the images.
 */
public final class Inception extends Module {

    /** Rows and columns to which images are resized. */
    private static final long SIZE = 299;
    private static final long SPATIAL_CHANNELS = 7;

    /** The outputs that {@link #forward} can compute. */
    public enum Output {
        /** [B, 64], mean over the pixels after the first pooling. */
        POOLED64,
        /** [B, 192], mean over the pixels after the second pooling. */
        POOLED192,
        /** [B, 768], mean over the pixels of Mixed_6e. */
        POOLED768,
        /** [B, 2048], mean over the pixels of Mixed_7c: FID's features, {@code pool_3}. */
        POOLED2048,
        /** [B, 2023], 7 channels of TensorFlow's {@code mixed_6/conv} by row, column and channel: sFID's features. */
        SPATIAL,
        /** [B, 1008], without the last layer's bias: the inception score's. */
        LOGITS_UNBIASED,
        /** [B, 1008]. */
        LOGITS
    }

    /** A layer, and the output read after it, or null. */
    private record Stage(Layer layer, Output readout) {}

    /** The last layer's {@code weight} and {@code bias}, uninitialised. */
    private static final class Classes extends Module {

        private final Tensor weight = registerParameter("weight", Torch.empty(1008, 2048));
        private final Tensor bias = registerParameter("bias", Torch.empty(1008));
    }

    private final List<Stage> stages = new ArrayList<>();
    private final Classes classes;

    /** Makes a network with random weights from the default generator. */
    public Inception() {
        this(null);
    }

    /**
     * Makes a network with normal weights that keep the scale of activations, float32 on the CPU: for experiments.
     *
     * @param generator draws the weights; null for the default generator
     */
    public Inception(Generator generator) {
        unit("Conv2d_1a_3x3", 3, Shape.valid(32, 2));
        unit("Conv2d_2a_3x3", 32, Shape.valid(32, 1));
        unit("Conv2d_2b_3x3", 32, Shape.same(64, 3, 3));
        stages.add(new Stage(new MaxPool2d(3, 2, 0), Output.POOLED64));
        unit("Conv2d_3b_1x1", 64, Shape.same(80, 1, 1));
        unit("Conv2d_4a_3x3", 80, Shape.valid(192, 1));
        stages.add(new Stage(new MaxPool2d(3, 2, 0), Output.POOLED192));
        block("Mixed_5b", InceptionBlock.a(192, 32), null);
        block("Mixed_5c", InceptionBlock.a(256, 64), null);
        block("Mixed_5d", InceptionBlock.a(288, 64), null);
        block("Mixed_6a", InceptionBlock.b(288), null);
        block("Mixed_6b", InceptionBlock.c(768, 128), null);
        block("Mixed_6c", InceptionBlock.c(768, 160), null);
        block("Mixed_6d", InceptionBlock.c(768, 160), Output.SPATIAL);
        block("Mixed_6e", InceptionBlock.c(768, 192), Output.POOLED768);
        block("Mixed_7a", InceptionBlock.d(768), null);
        block("Mixed_7b", InceptionBlock.e(1280, false), null);
        block("Mixed_7c", InceptionBlock.e(2048, true), Output.POOLED2048);
        classes = register("fc", new Classes());
        requiresGrad_(false);
        namedModules().values().stream().filter(InceptionUnit.class::isInstance)
                .forEach(unit -> ((InceptionUnit) unit).draw(generator));
        Init.normal_(classes.weight, 0, 1 / Math.sqrt(classes.weight.size(1)), generator);
        Init.zeros_(classes.bias);
    }

    private void unit(String name, long in, Shape shape) {
        stages.add(new Stage(register(name, new InceptionUnit(in, shape)), null));
    }

    private void block(String name, InceptionBlock block, Output readout) {
        stages.add(new Stage(register(name, block), readout));
    }

    /**
     * Reads the weights of torch-fidelity's {@code weights-inception-2015-12-05-6726825d.pth}, of any tensor file with
     * the same keys, or of a TorchScript file whose parameters have these names. Counts of batches are ignored.
     *
     * @return float32 on the CPU
     * @throws IllegalArgumentException     naming the file, if it is damaged or holds something else
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    public static Inception read(Path file) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> state = InceptionWeights.read(file);
            Inception network = Init.skipped(() -> new Inception());
            try {
                StateDict.load("Inception", network.stateDict(), state);
            } catch (RuntimeException e) {
                network.close();
                throw e instanceof StateDictException wrong ? InceptionWeights.refused(file, wrong) : e;
            }
            return network;
        }
    }

    /**
     * Returns the requested outputs for images, resized to 299 x 299 by {@link TensorFlowResize} and scaled to [-1, 1).
     * Computes only the layers that they need.
     *
     * @param images [B, 3, H, W], red first, uint8 or floating point with values in 0 to 255, on any device
     * @param wanted the requested outputs
     * @return tensors on the network's device and, without autocast, in its dtype
     * @throws IllegalArgumentException for another shape or dtype
     */
    public Map<Output, Tensor> forward(Tensor images, Set<Output> wanted) {
        boolean numbers = images.dtype() == DType.UINT8 || images.dtype().isFloatingPoint();
        if (images.dim() != 4 || images.size(1) != 3 || images.numel() == 0 || !numbers) {
            throw new IllegalArgumentException("Inception: images must be [B, 3, H, W], uint8 or floating point of 0 "
                    + "to 255, not " + images.signature());
        }
        try (Scope scope = Scope.open()) {
            Map<Output, Tensor> found = readouts(images, wanted);
            if (wanted.contains(Output.LOGITS_UNBIASED) || wanted.contains(Output.LOGITS)) {
                Tensor unbiased = found.get(Output.POOLED2048).matmul(classes.weight.t());
                found.put(Output.LOGITS_UNBIASED, unbiased);
                if (wanted.contains(Output.LOGITS)) {
                    found.put(Output.LOGITS, unbiased.add(classes.bias));
                }
            }
            found.keySet().retainAll(wanted);
            found.values().forEach(Tensor::moveOutward);
            return found;
        }
    }

    private Map<Output, Tensor> readouts(Tensor images, Set<Output> wanted) {
        Set<Output> open = EnumSet.noneOf(Output.class);
        for (Output output : wanted) {
            open.add(output.compareTo(Output.LOGITS_UNBIASED) < 0 ? output : Output.POOLED2048);
        }
        Map<Output, Tensor> found = new EnumMap<>(Output.class);
        Tensor x = open.isEmpty() ? null : prepared(images);
        Iterator<Stage> rest = stages.iterator();
        while (!open.isEmpty()) {
            Stage stage = rest.next();
            boolean spatialAlone = stage.readout == Output.SPATIAL && open.equals(EnumSet.of(Output.SPATIAL));
            x = x.into(spatialAlone ? ((InceptionBlock) stage.layer)::firstBranch : stage.layer::forward);
            if (stage.readout != null && open.remove(stage.readout)) {
                found.put(stage.readout, stage.readout == Output.SPATIAL ? spatial(x) : x.mean(2, 3));
            }
        }
        return found;
    }

    private Tensor prepared(Tensor images) {
        return Scope.returning(() -> {
            Tensor numbers = images.to(classes.weight.dtype(), classes.weight.device());
            Tensor scaled = TensorFlowResize.bilinear(numbers, SIZE, SIZE).sub_(128).div_(128);
            // Otherwise oneDNN reorders the images before and after each convolution.
            return scaled.device().type() == Device.Type.CPU ? scaled.contiguous(MemoryFormat.CHANNELS_LAST) : scaled;
        });
    }

    private static Tensor spatial(Tensor x) {
        return Scope.returning(() -> x.narrow(1, 0, SPATIAL_CHANNELS).permute(0, 2, 3, 1).flatten(1));
    }
}
