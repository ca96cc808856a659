package org.flowprior.torch.nn;

import java.util.List;
import org.flowprior.torch.Tensor;

/** Layers one after the other under the names 0, 1, 2 …: {@code torch.nn.Sequential}. */
public final class Sequential extends TypedLayer<Sequential> {

    private final List<Layer> layers;

    /** These layers in this order. */
    public Sequential(Layer... layers) {
        this(List.of(layers));
    }

    /** These layers in this order. */
    public Sequential(List<? extends Layer> layers) {
        this.layers = List.copyOf(layers);
        for (int i = 0; i < layers.size(); i++) {
            register(Integer.toString(i), layers.get(i));
        }
    }

    /** Returns the layers in order. */
    public List<Layer> layers() {
        return layers;
    }

    /**
     * Applies the layers one after the other; returns x itself without layers. Closes the output of a layer as soon as
     * the next one has read it.
     */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, this::applyAll);
    }

    private Tensor applyAll(Tensor x) {
        Tensor y = x;
        for (Layer layer : layers) {
            y = y == x ? layer.call(x) : y.into(layer::call);
        }
        return y;
    }
}
