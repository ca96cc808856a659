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
 * The Inception v3 of TensorFlow's file of 2015-12-05 by which FID, sFID and the inception score are measured. Keys and
 * numbers are those of torch-fidelity's {@code FeatureExtractorInceptionV3}. From torchvision's it differs in the
 * input's size and scale, in pools that leave the padding out of the mean, in the maximum instead of the mean in the
 * last block, in 1008 classes, and in the weights. Batch norms always use the running statistics, and no parameter
 * wants a gradient; gradients flow to the images.
 */
public final class Inception extends Module {

    /** Rows and columns to which images are resized. */
    private static final long SIZE = 299;
    private static final long SPATIAL_CHANNELS = 7;

    /** What {@link #forward} can give. */
    public enum Output {
        /** {@link Outputs#pooled64}. */
        POOLED64,
        /** {@link Outputs#pooled192}. */
        POOLED192,
        /** {@link Outputs#pooled768}. */
        POOLED768,
        /** {@link Outputs#pooled2048}: FID's features. */
        POOLED2048,
        /** {@link Outputs#spatial}: sFID's features. */
        SPATIAL,
        /** {@link Outputs#logitsUnbiased}: the inception score's. */
        LOGITS_UNBIASED,
        /** {@link Outputs#logits}. */
        LOGITS
    }

    /**
     * What was wanted, null where it was not.
     *
     * @param pooled64       [B, 64], mean over the pixels behind the first pooling
     * @param pooled192      [B, 192], mean over the pixels behind the second pooling
     * @param pooled768      [B, 768], mean over the pixels of Mixed_6e
     * @param pooled2048     [B, 2048], mean over the pixels of Mixed_7c: FID's features, {@code pool_3}
     * @param spatial        [B, 2023]: sFID's features, 7 channels of TensorFlow's {@code mixed_6/conv} in the order of
     *                       rows, columns, channels
     * @param logitsUnbiased [B, 1008], without the last layer's bias: the inception score's
     * @param logits         [B, 1008]
     */
    public record Outputs(Tensor pooled64, Tensor pooled192, Tensor pooled768, Tensor pooled2048, Tensor spatial,
            Tensor logitsUnbiased, Tensor logits) {}

    /** A layer, and what is read behind it, or null. */
    private record Stage(Layer layer, Output readout) {}

    /** The last layer's {@code weight} and {@code bias}, uninitialised. */
    private static final class Classes extends Module {

        private final Tensor weight = registerParameter("weight", Torch.empty(1008, 2048));
        private final Tensor bias = registerParameter("bias", Torch.empty(1008));
    }

    private final List<Stage> stages = new ArrayList<>();
    private final Classes classes;

    /** With random weights from the default generator, see {@link #Inception(Generator)}. */
    public Inception() {
        this(null);
    }

    /**
     * With normal weights that keep the size of what goes through, float32 on the CPU: there to try things out.
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
     * The network with the weights of torch-fidelity's {@code weights-inception-2015-12-05-6726825d.pth}, of any tensor
     * file under the same keys, or of a TorchScript file whose parameters have these names. Counts of batches in it
     * are left.
     *
     * @return float32 on the CPU
     * @throws IllegalArgumentException     naming the file, when it is damaged or holds something else
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
     * What is wanted of the images, resized to 299 x 299 as {@link TensorFlowResize} does and scaled to [-1, 1).
     * Nothing is computed that is not wanted.
     *
     * @param images [B, 3, H, W], red first, uint8 or floating point with values in 0 to 255, on any device
     * @return on the network's device and in its dtype, autocast aside
     * @throws IllegalArgumentException for another shape or dtype
     */
    public Outputs forward(Tensor images, Set<Output> wanted) {
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
            return new Outputs(found.get(Output.POOLED64), found.get(Output.POOLED192), found.get(Output.POOLED768),
                    found.get(Output.POOLED2048), found.get(Output.SPATIAL), found.get(Output.LOGITS_UNBIASED),
                    found.get(Output.LOGITS));
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
            // oneDNN would otherwise reorder the images before and behind each convolution.
            return scaled.device().type() == Device.Type.CPU ? scaled.contiguous(MemoryFormat.CHANNELS_LAST) : scaled;
        });
    }

    private static Tensor spatial(Tensor x) {
        return Scope.returning(() -> x.narrow(1, 0, SPATIAL_CHANNELS).permute(0, 2, 3, 1).flatten(1));
    }
}
