package org.flowprior.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.optim.Adam;
import org.flowprior.torch.optim.AdamOptions;
import org.flowprior.torch.optim.AdamW;
import org.flowprior.torch.optim.Optimizer;
import org.flowprior.torch.optim.ParameterGroup;

/** The optimisers that a config can name. */
public enum OptimizerKind {
    /** Adam with decoupled weight decay. */
    ADAMW,
    /** Adam, with the weight decay added to the gradient. */
    ADAM;

    /**
     * Returns an optimiser with the settings' learning rate, betas and weight decay.
     *
     * @param parameters the parameters by name
     * @param decays     whether a parameter has weight decay
     */
    public Optimizer of(Map<String, Tensor> parameters, BiPredicate<String, Tensor> decays,
            TrainingSettings settings) {
        List<Tensor> decaying = new ArrayList<>();
        List<Tensor> others = new ArrayList<>();
        parameters.forEach((name, parameter) -> (decays.test(name, parameter) ? decaying : others).add(parameter));
        List<ParameterGroup> groups = new ArrayList<>();
        groups.add(new ParameterGroup(decaying, settings.learningRate(), settings.weightDecay()));
        if (!others.isEmpty()) {
            groups.add(new ParameterGroup(others, settings.learningRate(), 0));
        }
        AdamOptions options = AdamOptions.ADAM.withBetas(settings.beta1(), settings.beta2());
        return this == ADAMW ? AdamW.ofGroups(groups, options) : Adam.ofGroups(groups, options);
    }
}
