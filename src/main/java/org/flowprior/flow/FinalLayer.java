package org.flowprior.flow;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.LayerNorm;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Module;

/** Linear(LayerNorm(h) ⊙ (1 + scale) + shift), where shift and scale come from the embedding. */
final class FinalLayer extends Module {

    final ModulationLayer modulation;
    private final LayerNorm norm;
    private final Linear linear;

    FinalLayer(long width, long channels, Generator generator) {
        norm = register("norm_final", new LayerNorm(width, VelocityNetwork.NORM_EPSILON, false));
        linear = register("linear", new Linear(width, channels, true, generator));
        modulation = register("adaLN_modulation", new ModulationLayer(width, 2, generator));
    }

    void initialize() {
        Init.zeros_(linear.weight());
        Init.zeros_(linear.bias());
        modulation.initialize();
    }

    /** {@code h}: [N, width]. Returns [N, channels]. */
    Tensor forward(Tensor h, Modulation m) {
        return norm.forward(h).into(m::apply).into(linear::forward);
    }
}
