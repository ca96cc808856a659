package org.flowprior.torch.nn;

import java.util.List;
import org.flowprior.torch.Tensor;

/** Runs before a module computes. */
@FunctionalInterface
public interface ForwardPreHook {

    /** Returns the inputs that the module shall have instead, or null to leave them. */
    List<Tensor> apply(Module module, List<Tensor> inputs);
}
