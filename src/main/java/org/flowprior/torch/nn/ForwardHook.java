package org.flowprior.torch.nn;

import java.util.List;
import org.flowprior.torch.Tensor;

/** Runs after a module has computed. */
@FunctionalInterface
public interface ForwardHook {

    /**
     * Returns what the module shall return instead, or null to leave the output. The caller of the module may close the
     * output later: {@link Tensor#share} it, or clone it, to keep it.
     *
     * @param output the output, or the first of several
     */
    Tensor apply(Module module, List<Tensor> inputs, Tensor output);
}
