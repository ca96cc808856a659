package org.flowprior.torch.optim;

import java.util.List;
import org.flowprior.torch.Tensor;

/** Parameters with a common learning rate and weight decay: leaves of one dtype on one device. */
public record ParameterGroup(List<Tensor> parameters, double learningRate, double weightDecay) {

    /** Throws {@link IllegalArgumentException} if there are no parameters, or one is the result of a recorded op. */
    public ParameterGroup {
        parameters = List.copyOf(parameters);
        if (parameters.isEmpty()) {
            throw new IllegalArgumentException("an optimiser needs parameters; this group has none");
        }
        if (!parameters.stream().allMatch(Tensor::isLeaf)) {
            throw new IllegalArgumentException("an optimiser cannot train the result of a recorded op; detach() makes "
                    + "a leaf of it");
        }
    }

    static List<ParameterGroup> single(List<Tensor> parameters, OptimizerOptions options) {
        return List.of(new ParameterGroup(parameters, options.learningRate(), options.weightDecay()));
    }
}
