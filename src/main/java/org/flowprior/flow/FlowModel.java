package org.flowprior.flow;

import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * A velocity network read in the paper's convention, whatever the convention of its weights. For
 * {@link TimeConvention#OFFICIAL} weights, v(x, t) = -network(x, 1 - t): only this class converts between the two
 * conventions. The toy's weights are {@link TimeConvention#PAPER}, as those of the official toy scripts are; the
 * official ImageNet priors are {@link TimeConvention#OFFICIAL}.
 *
 * <p>The model owns its network.
 */
public final class FlowModel implements VelocityField, AutoCloseable {

    private final VelocityNetwork network;
    private final TimeConvention convention;

    /** Reads the network in this convention; training fits new weights in it too. */
    public FlowModel(VelocityNetwork network, TimeConvention convention) {
        this.network = network;
        this.convention = convention;
    }

    /** Returns the raw network, whose state dict has the official keys. */
    public VelocityNetwork network() {
        return network;
    }

    /** Returns the convention of the raw network. */
    public TimeConvention convention() {
        return convention;
    }

    /** Fixes the weights (Sec. 4.1): no gradients reach them any more. Returns this. */
    public FlowModel freeze() {
        network.requiresGrad_(false);
        network.eval();
        return this;
    }

    /** Returns whether no weight takes gradients. */
    public boolean isFrozen() {
        return network.parameters().stream().noneMatch(Tensor::requiresGrad);
    }

    /**
     * Returns the velocity, data - noise, at time t with t = 1 at the data.
     *
     * @param x         [N, D], of the weights' dtype
     * @param t         [N], in [0, 1]
     * @param condition [N, Z], or null
     * @return [N, D]
     * @throws IllegalArgumentException for shapes that do not fit the network
     */
    @Override
    public Tensor velocity(Tensor x, Tensor t, Tensor condition) {
        if (convention == TimeConvention.PAPER) {
            return network.forward(x, t, condition);
        }
        return Scope.returning(() -> network.forward(x, t.neg().add(1), condition).neg());
    }

    /** Closes the network. */
    @Override
    public void close() {
        network.close();
    }
}
