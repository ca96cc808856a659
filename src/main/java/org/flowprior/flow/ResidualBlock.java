package org.flowprior.flow;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.LayerNorm;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.torch.nn.SiLU;

/** h + gate ⊙ MLP(LayerNorm(h) ⊙ (1 + scale) + shift), where shift, scale and gate come from the embedding. */
final class ResidualBlock extends Module {

    final ModulationLayer modulation;
    private final LayerNorm norm;
    private final Linear first;
    private final Linear second;

    ResidualBlock(long width, Generator generator) {
        norm = register("in_ln", new LayerNorm(width, VelocityNetwork.NORM_EPSILON, true));
        first = new Linear(width, width, true, generator);
        second = new Linear(width, width, true, generator);
        register("mlp", new Sequential(first, new SiLU(), second));
        modulation = register("adaLN_modulation", new ModulationLayer(width, 3, generator));
    }

    /** {@code h}: [N, width]. Returns the next hidden state. */
    Tensor forward(Tensor h, Modulation m) {
        return norm.forward(h).into(m::apply).into(first::forward).into(Functional::silu).into(second::forward)
                .into(update -> h.addcmul(m.gate(), update));
    }
}
