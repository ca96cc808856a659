package org.flowprior.eval;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.flowprior.target.FeatureLayout;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.ScriptModule;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.TorchException;

/** The features that a TorchScript module makes of images. */
final class TorchScriptFeatures implements FeatureNetwork {

    private final Path file;
    private final Device device;
    private final UnaryOperator<Tensor> pixels;
    private final Integer size;
    private final FeatureLayout layout;
    private final ScriptModule module;
    private Set<Output> outputs = Set.of(Output.FEATURES);

    /** Reads the module. A null size keeps images as they are; with a null layout they give one row each. */
    TorchScriptFeatures(Path file, Device device, UnaryOperator<Tensor> pixels, Integer size,
            FeatureLayout layout) {
        this.file = file;
        this.device = device;
        this.pixels = pixels;
        this.size = size;
        this.layout = layout;
        try {
            this.module = ScriptModule.load(file, device).train(false);
        } catch (TorchException e) {
            throw new IllegalArgumentException(file + ": is no TorchScript module: " + e.getMessage(), e);
        }
    }

    /** Reads a module that gives one row an image, and tests with a black image whether it makes logits. */
    static TorchScriptFeatures perImage(Path file, Device device, PixelRange range, int size, boolean resizes) {
        TorchScriptFeatures network = new TorchScriptFeatures(file, device, range::of, resizes ? size : null, null);
        try (Scope scope = Scope.open()) {
            if (network.of(Torch.zeros(new long[] {1, 3, size, size}, DType.UINT8)).logits() != null) {
                network.outputs = Set.of(Output.FEATURES, Output.LOGITS);
            }
            return network;
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    @Override
    public String label() {
        return "features of " + file.getFileName();
    }

    @Override
    public Set<Output> outputs() {
        return outputs;
    }

    @Override
    public Outputs of(Tensor images) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            Tensor input = pixels.apply(PixelRange.levels(images, device, size));
            return (layout == null ? perImage(input) : laidOut(module.forward(input), images.size(0))).moveOutward();
        }
    }

    private Outputs laidOut(List<Tensor> made, long images) {
        if (made.size() != 1) {
            throw new IllegalArgumentException(file + ": forward returns " + made.size() + " tensors; wanted is one");
        }
        Tensor output = made.getFirst();
        if (output.dim() == 0 || output.size(0) != images) {
            throw new IllegalArgumentException(file + ": forward makes " + output.signature() + " of " + images
                    + " images; the first dimension must be theirs");
        }
        return Outputs.of(layout.rows(output, file + ": the output of forward"));
    }

    private Outputs perImage(Tensor input) {
        List<Tensor> made = forward(input);
        if (made.isEmpty() || made.size() > 2) {
            throw new IllegalArgumentException(file + ": forward returns " + made.size() + " tensors; wanted are "
                    + "features, or features and logits");
        }
        List<Tensor> rows = made.stream().map(tensor -> rows(tensor, input.size(0))).toList();
        return new Outputs(rows.getFirst(), null, rows.size() == 1 ? null : rows.get(1));
    }

    private List<Tensor> forward(Tensor input) {
        try {
            return module.forward(input);
        } catch (TorchException e) {
            throw new IllegalArgumentException(file + ": forward refuses " + input.signature() + ": "
                    + e.getMessage().lines().reduce((first, last) -> last).orElse(""), e);
        }
    }

    private Tensor rows(Tensor made, long images) {
        if (made.dim() != 2 || made.size(0) != images || !made.dtype().isFloatingPoint()) {
            throw new IllegalArgumentException(file + ": forward makes " + made.signature() + " of " + images
                    + " images; wanted is a row of features for each");
        }
        return made.to(DType.FLOAT32);
    }

    @Override
    public void close() {
        module.close();
    }
}
