package org.flowprior.flow;

import java.util.List;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.LayerNorm;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.torch.nn.SiLU;

/** Linear(LayerNorm(h) &odot; (1 + scale) + shift), where shift and scale come from the embedding. */
final class FinalLayer extends Module {

    private final LayerNorm norm;
    private final Linear linear;
    private final Linear modulation;

    FinalLayer(long width, long channels, Generator generator) {
        norm = register("norm_final", new LayerNorm(width, VelocityNetwork.NORM_EPSILON, false));
        linear = register("linear", new Linear(width, channels, true, generator));
        modulation = new Linear(width, 2 * width, true, generator);
        register("adaLN_modulation", new Sequential(new SiLU(), modulation));
    }

    void initialize() {
        for (Linear layer : List.of(linear, modulation)) {
            Init.zeros_(layer.weight());
            Init.zeros_(layer.bias());
        }
    }

    /** {@code h}, {@code activated}: [N, width]. Gives [N, channels]. */
    Tensor forward(Tensor h, Tensor activated) {
        return Scope.returning(() -> forward(h, modulation(activated)));
    }

    /** The output, with the modulation computed ahead. */
    Tensor forward(Tensor h, Modulation m) {
        return norm.forward(h).into(m::apply).into(linear::forward);
    }

    /** {@code activated}: [&hellip;, width]. */
    Modulation modulation(Tensor activated) {
        return modulation.forward(activated).into(output -> Modulation.of(output, 2));
    }
}
