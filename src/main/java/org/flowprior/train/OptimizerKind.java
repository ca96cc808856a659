package org.flowprior.train;

import java.util.List;
import org.flowprior.torch.optim.Adam;
import org.flowprior.torch.optim.AdamOptions;
import org.flowprior.torch.optim.AdamW;
import org.flowprior.torch.optim.Optimizer;
import org.flowprior.torch.optim.ParameterGroup;

/** The optimisers that a config can name. */
public enum OptimizerKind {
    /** Adam with decoupled weight decay. */
    ADAMW,
    /** Adam, its weight decay added to the gradient. */
    ADAM;

    /** An optimiser of those parameters. */
    public Optimizer of(List<ParameterGroup> groups, AdamOptions options) {
        return this == ADAMW ? AdamW.ofGroups(groups, options) : Adam.ofGroups(groups, options);
    }
}
