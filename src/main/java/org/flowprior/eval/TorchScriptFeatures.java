package org.flowprior.eval;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.ScriptModule;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.TorchException;

/** What a TorchScript module makes of images. Whether it gives logits, a black image tells. */
final class TorchScriptFeatures implements FeatureNetwork {

    private final Path file;
    private final Device device;
    private final PixelRange range;
    private final Integer size;
    private final ScriptModule module;
    private final Set<Output> outputs;

    TorchScriptFeatures(Path file, Device device, PixelRange range, int size, boolean resizes) {
        this.file = file;
        this.device = device;
        this.range = range;
        this.size = resizes ? size : null;
        this.module = load(file, device);
        try (Scope scope = Scope.open()) {
            outputs = outputs(of(Torch.zeros(new long[] {1, 3, size, size}, DType.UINT8)));
        } catch (RuntimeException e) {
            module.close();
            throw e;
        }
    }

    private static ScriptModule load(Path file, Device device) {
        try {
            return ScriptModule.load(file, device).train(false);
        } catch (TorchException e) {
            throw new IllegalArgumentException(file + ": is no TorchScript module: " + e.getMessage(), e);
        }
    }

    @Override
    public String label() {
        return "features of " + file.getFileName();
    }

    @Override
    public boolean isInception() {
        return false;
    }

    @Override
    public Set<Output> outputs() {
        return EnumSet.copyOf(outputs);
    }

    private static Set<Output> outputs(FeatureOutputs found) {
        return found.logits() == null ? EnumSet.of(Output.FEATURES) : EnumSet.of(Output.FEATURES, Output.LOGITS);
    }

    @Override
    public FeatureOutputs of(Tensor images) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            List<Tensor> made = forward(range.of(LevelImages.on(device, images, size)));
            if (made.isEmpty() || made.size() > 2) {
                throw new IllegalArgumentException(file + ": forward returns " + made.size() + " tensors; wanted are "
                        + "features, or features and logits");
            }
            List<Tensor> rows = made.stream().map(tensor -> rows(tensor, images.size(0))).toList();
            return new FeatureOutputs(rows.getFirst(), null, rows.size() == 1 ? null : rows.get(1));
        }
    }

    private List<Tensor> forward(Tensor pixels) {
        try {
            return module.forward(pixels);
        } catch (TorchException e) {
            throw new IllegalArgumentException(file + ": forward refuses " + pixels.signature() + ": "
                    + e.getMessage().lines().reduce((first, last) -> last).orElse(""), e);
        }
    }

    private Tensor rows(Tensor made, long images) {
        if (made.dim() != 2 || made.size(0) != images || !made.dtype().isFloatingPoint()) {
            throw new IllegalArgumentException(file + ": forward makes " + made.signature() + " of " + images
                    + " images; wanted is a row of features for each");
        }
        return made.to(DType.FLOAT32).moveOutward();
    }

    @Override
    public void close() {
        module.close();
    }
}
