package org.flowprior.flow;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.LayerNorm;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.torch.nn.SiLU;

/** h + gate &odot; MLP(LayerNorm(h) &odot; (1 + scale) + shift): shift, scale and gate come from the embedding. */
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
        return Scope.returning(() -> forward(h, modulation(activated)));
    }

    /** The next hidden state, with the modulation computed ahead. */
    Tensor forward(Tensor h, Modulation m) {
        return norm.forward(h).into(m::apply).into(first::forward).into(Functional::silu).into(second::forward)
                .into(update -> h.addcmul(m.gate(), update));
    }

    /** {@code activated}: [&hellip;, width]. */
    Modulation modulation(Tensor activated) {
        return modulation.forward(activated).into(output -> Modulation.of(output, 3));
    }
}
