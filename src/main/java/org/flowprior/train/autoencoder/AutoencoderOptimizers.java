package org.flowprior.train.autoencoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.optim.Adam;
import org.flowprior.torch.optim.AdamOptions;
import org.flowprior.torch.optim.AdamW;
import org.flowprior.torch.optim.Optimizer;
import org.flowprior.torch.optim.ParameterGroup;

/**
 * The optimisers of autoencoder and discriminator. Adam has one group; AdamW two, of which biases and tensors of one
 * dimension do not decay: as SoftVQ's code has it. (The paper's code names AdamW in a key that nothing reads, and runs
 * Adam.)
 */
final class AutoencoderOptimizers {

    private AutoencoderOptimizers() {}

    /** An optimiser of those parameters, by name. */
    static Optimizer of(AutoencoderTrainingConfig.Training training, Map<String, Tensor> parameters) {
        AdamOptions options = AdamOptions.ADAM.withBetas(training.beta1(), training.beta2());
        double rate = training.learningRate();
        return switch (training.optimizer()) {
            case ADAM -> Adam.ofGroups(List.of(new ParameterGroup(List.copyOf(parameters.values()), rate,
                    training.weightDecay())), options);
            case ADAMW -> AdamW.ofGroups(groups(parameters, rate, training.weightDecay()), options);
        };
    }

    private static List<ParameterGroup> groups(Map<String, Tensor> parameters, double rate, double weightDecay) {
        List<Tensor> decaying = new ArrayList<>();
        List<Tensor> others = new ArrayList<>();
        parameters.forEach((name, parameter) ->
                (parameter.dim() <= 1 || name.endsWith(".bias") ? others : decaying).add(parameter));
        return List.of(new ParameterGroup(decaying, rate, weightDecay), new ParameterGroup(others, rate, 0));
    }
}
