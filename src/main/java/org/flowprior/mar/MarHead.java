package org.flowprior.mar;

import org.flowprior.flow.VelocityNetwork;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Module;

/**
 * Makes tokens of their conditions. Its network lies under the official key {@code net}.
 *
 * @see FlowHead
 * @see DiffusionHead
 */
public abstract sealed class MarHead extends Module permits FlowHead, DiffusionHead {

    private final VelocityNetwork network;

    MarHead(VelocityNetwork.Config config, Generator generator) {
        network = register("net", new VelocityNetwork(config, generator));
    }

    /** A head with the official initial weights; a null generator is the default one. */
    static MarHead of(MarConfig config, Generator generator) {
        return switch (config.head()) {
            case MarConfig.Head.Flow flow -> new FlowHead(config.headNetwork(), generator);
            case MarConfig.Head.Diffusion diffusion -> new DiffusionHead(config.headNetwork(), generator);
        };
    }

    /** The raw network. */
    public final VelocityNetwork network() {
        return network;
    }

    /**
     * The loss of each token.
     *
     * @param target     [R, C], the tokens
     * @param conditions [R, D], z of each
     * @param times      [R], as {@link #drawTimes} gives them
     * @param noise      [R, C], standard normal
     * @return [R], of the target's dtype
     */
    public abstract Tensor losses(Tensor target, Tensor conditions, Tensor times, Tensor noise);

    /**
     * Times to train at: float32 in [0, 1) of a flow head, int64 in 0 .. 999 of a diffusion head.
     *
     * @param generator of the device; null for the device's default one
     */
    public abstract Tensor drawTimes(Generator generator, Device device, long... shape);
}
