package org.flowprior.flow;

import java.util.List;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.LayerNorm;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.torch.nn.SiLU;

/**
 * h + gate &odot; MLP(LayerNorm(h) &odot; (1 + scale) + shift), where shift, scale and gate come from the embedding.
 *
 * <p>Tensors are closed as soon as the last op has read them, as reference counting would; where autograd records, it
 * holds on to those it needs.
 */
final class ResidualBlock extends Module {

    private final LayerNorm norm;
    private final Linear first;
    private final Linear second;
    private final Linear modulation;

    ResidualBlock(long width, Generator generator) {
        norm = register("in_ln", new LayerNorm(width, VelocityNetwork.NORM_EPSILON, true));
        first = new Linear(width, width, true, generator);
        second = new Linear(width, width, true, generator);
        register("mlp", new Sequential(first, new SiLU(), second));
        modulation = new Linear(width, 3 * width, true, generator);
        register("adaLN_modulation", new Sequential(new SiLU(), modulation));
    }

    void initialize() {
        Init.zeros_(modulation.weight());
        Init.zeros_(modulation.bias());
    }

    /**
     * The next hidden state.
     *
     * @param h         [N, width]
     * @param activated SiLU of the embedding, [N, width]: the same for all blocks, so computed once
     */
    Tensor forward(Tensor h, Tensor activated) {
        List<Tensor> parts = chunks(modulation, activated, 3);
        try (Tensor shift = parts.get(0); Tensor scale = parts.get(1); Tensor gate = parts.get(2);
                Tensor update = update(h, shift, scale)) {
            return h.addcmul(gate, update);
        }
    }

    private Tensor update(Tensor h, Tensor shift, Tensor scale) {
        Tensor linear;
        try (Tensor modulated = modulate(norm, h, shift, scale)) {
            linear = first.forward(modulated);
        }
        Tensor hidden;
        try (linear) {
            hidden = Functional.silu(linear);
        }
        try (hidden) {
            return second.forward(hidden);
        }
    }

    /** The layer's output, cut along the last axis. */
    static List<Tensor> chunks(Linear layer, Tensor activated, int count) {
        try (Tensor all = layer.forward(activated)) {
            return all.chunk(count, -1);
        }
    }

    /**
     * LayerNorm(h) &odot; (1 + scale) + shift. Overwrites scale where the weights are frozen: the factor is kept for
     * the backward, and would be a tensor of its own in each block.
     */
    static Tensor modulate(LayerNorm norm, Tensor h, Tensor shift, Tensor scale) {
        try (Tensor factor = scale.requiresGrad() ? scale.add(1) : scale.share().add_(1);
                Tensor normalized = norm.forward(h)) {
            return shift.addcmul(normalized, factor);
        }
    }
}
