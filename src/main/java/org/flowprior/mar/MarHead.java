package org.flowprior.mar;

import org.flowprior.flow.VelocityNetwork;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Module;

/**
 * Makes tokens from their conditions. Its network has the official key {@code net}.
 */
public abstract sealed class MarHead extends Module permits FlowHead, DiffusionHead {

    private final VelocityNetwork network;

    MarHead(VelocityNetwork.Config config, Generator generator) {
        network = register("net", new VelocityNetwork(config, generator));
    }

    /** Makes a head with the official initial weights; a null generator is the default one. */
    static MarHead of(MarConfig config, Generator generator) {
        return switch (config.head()) {
            case MarConfig.Head.Flow flow -> new FlowHead(config.headNetwork(), generator);
            case MarConfig.Head.Diffusion diffusion -> new DiffusionHead(config.headNetwork(), generator);
        };
    }

    /** Returns the raw network. */
    public final VelocityNetwork network() {
        return network;
    }

    /**
     * Computes the loss of each token.
     *
     * @param target     [R, C], the tokens
     * @param conditions [R, D], their z
     * @param times      [R], as {@link #drawTimes} draws them
     * @param noise      [R, C], standard normal
     * @return [R], of the target's dtype
     */
    public abstract Tensor losses(Tensor target, Tensor conditions, Tensor times, Tensor noise);

    /**
     * Draws times for training: float32 in [0, 1) for a flow head, int64 in 0 to 999 for a diffusion head.
     *
     * @param generator of the device; null for the device's default one
     */
    public abstract Tensor drawTimes(Generator generator, Device device, long... shape);
}
