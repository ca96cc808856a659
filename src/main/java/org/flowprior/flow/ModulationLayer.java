package org.flowprior.flow;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Module;

/**
 * The linear map from the embedding to a {@link Modulation}. Its key is {@code 1}: the official 0 is the SiLU before
 * it, which all layers share here.
 */
final class ModulationLayer extends Module {

    private final Linear linear;
    private final int parts;

    ModulationLayer(long width, int parts, Generator generator) {
        linear = register("1", new Linear(width, parts * width, true, generator));
        this.parts = parts;
    }

    void initialize() {
        Init.zeros_(linear.weight());
        Init.zeros_(linear.bias());
    }

    /** {@code activated}: SiLU of the embedding, […, width]. */
    Modulation forward(Tensor activated) {
        return linear.forward(activated).into(output -> Modulation.of(output, parts));
    }
}
