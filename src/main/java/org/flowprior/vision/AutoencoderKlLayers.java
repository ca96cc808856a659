package org.flowprior.vision;

import java.util.ArrayList;
import java.util.List;
import org.flowprior.torch.nn.Conv2d;
import org.flowprior.torch.nn.GroupNorm;
import org.flowprior.torch.nn.Module;

/**
 * Makes an {@link AutoencoderKlEncoder}'s layers with the sizes of its weights. Closed before {@link #keep}, it frees
 * those made so far: where one of them is refused, the others have no owner.
 */
final class AutoencoderKlLayers implements AutoCloseable {

    private static final int GROUPS = 32;
    private static final double EPSILON = 1e-6;

    private final AutoencoderKlWeights weights;
    private final List<Module> made = new ArrayList<>();

    AutoencoderKlLayers(AutoencoderKlWeights weights) {
        this.weights = weights;
    }

    boolean has(String key) {
        return weights.has(key);
    }

    /** How many there are of what is numbered from 0 behind the prefix. */
    int count(String prefix) {
        return weights.count(prefix);
    }

    Conv2d conv(String name, long stride, long padding) {
        long[] shape = weights.get(name + ".weight", 4).shape();
        return add(new Conv2d(shape[1], shape[0], Conv2d.Options.kernel(shape[2], shape[3]).withStride(stride)
                .withPadding(padding)));
    }

    GroupNorm norm(String name) {
        return add(new GroupNorm(GROUPS, weights.get(name + ".weight", 1).size(0), EPSILON));
    }

    private <M extends Module> M add(M layer) {
        made.add(layer);
        return layer;
    }

    /** Leaves the layers to the encoder. */
    void keep() {
        made.clear();
    }

    @Override
    public void close() {
        made.forEach(Module::close);
    }
}
