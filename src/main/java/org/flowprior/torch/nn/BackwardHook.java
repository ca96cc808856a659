package org.flowprior.torch.nn;

import java.util.List;
import org.flowprior.torch.Tensor;

/** Runs in backward when the gradients of a module's inputs are there. */
@FunctionalInterface
public interface BackwardHook {

    /**
     * Returns the gradient that the input shall have instead, or null to leave it. The gradients are closed afterwards.
     *
     * @param gradInput  the gradients of the inputs, null for an input that needs none
     * @param gradOutput the gradient of the output
     */
    Tensor apply(Module module, List<Tensor> gradInput, Tensor gradOutput);
}
