package org.flowprior.torch.optim;

import java.util.List;
import org.flowprior.torch.Tensor;

/** Adam with decoupled weight decay (Loshchilov and Hutter, 2019): {@code torch.optim.AdamW}. */
public final class AdamW extends Adam {

    /** Optimises the parameters with PyTorch's default options. */
    public AdamW(List<Tensor> parameters) {
        this(parameters, AdamOptions.ADAMW);
    }

    /** Optimises the parameters with this learning rate and PyTorch's other defaults. */
    public AdamW(List<Tensor> parameters, double learningRate) {
        this(parameters, AdamOptions.ADAMW.withLearningRate(learningRate));
    }

    /** Optimises one group of parameters. */
    public AdamW(List<Tensor> parameters, AdamOptions options) {
        this(options, ParameterGroup.single(parameters, options.toOptions(true)));
    }

    private AdamW(AdamOptions options, List<ParameterGroup> groups) {
        super(options, groups, true);
    }

    /** Optimises groups with their own learning rates and weight decays; the other options are common to them. */
    public static AdamW ofGroups(List<ParameterGroup> groups, AdamOptions options) {
        return new AdamW(options, groups);
    }
}
