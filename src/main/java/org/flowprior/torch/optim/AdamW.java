package org.flowprior.torch.optim;

import java.util.List;
import org.flowprior.torch.Fused;
import org.flowprior.torch.Tensor;

/**
 * Adam with decoupled weight decay: {@code torch.optim.AdamW}. Loshchilov and Hutter, 2019.
 *
 * <p>A step is one call of libtorch's fused kernel for each group, after one that counts the step.
 */
public final class AdamW extends AdamFamily {

    /** With PyTorch's default options. */
    public AdamW(List<Tensor> parameters) {
        this(parameters, AdamOptions.ADAMW);
    }

    /** One group of parameters. */
    public AdamW(List<Tensor> parameters, AdamOptions options) {
        this(options, List.of(new ParameterGroup(parameters, options.learningRate(), options.weightDecay())));
    }

    private AdamW(AdamOptions options, List<ParameterGroup> groups) {
        super(options, groups);
    }

    /** Several groups, each with its own learning rate and weight decay, and the rest of the options. */
    public static AdamW ofGroups(List<ParameterGroup> groups, AdamOptions options) {
        return new AdamW(options, groups);
    }

    @Override
    void fused(AdamOptions s, Lists l) {
        Fused.adamw_(l.parameters(), l.gradients(), l.averages(), l.squares(), l.largestSquares(), l.steps(),
                s.learningRate(), s.beta1(), s.beta2(), s.weightDecay(), s.eps(), s.amsgrad(), s.maximize());
    }

    @Override
    boolean decoupled() {
        return true;
    }
}
