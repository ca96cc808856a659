package org.flowprior.mar;

import org.flowprior.flow.VelocityNetwork;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * The flow head: a velocity for each token, given its condition (Sec. 5.2; the official {@code FlowLoss}). Time has the
 * official meaning: t = 1 is noise, t = 0 is the token, and the velocity is noise &minus; token.
 */
public final class FlowHead extends MarHead {

    FlowHead(VelocityNetwork.Config config, Generator generator) {
        super(config, generator);
    }

    /**
     * Computes the velocity.
     *
     * @param x          [R, C]
     * @param t          [R], 1 is noise
     * @param conditions [R, D]
     * @return [R, C], noise &minus; token
     */
    public Tensor velocity(Tensor x, Tensor t, Tensor conditions) {
        return network().forward(x, t, conditions);
    }

    /** Computes the mean over channels of (v &minus; (noise &minus; token))&sup2; at (1 &minus; t) token + t noise. */
    @Override
    public Tensor losses(Tensor target, Tensor conditions, Tensor times, Tensor noise) {
        return Scope.returning(() -> {
            Tensor t = times.to(target.dtype());
            Tensor velocity = noise.sub(target);
            Tensor x = target.addcmul(velocity, t.unsqueeze(1));
            return velocity(x, t, conditions).to(target.dtype()).sub(velocity).square().mean(1);
        });
    }

    @Override
    public Tensor drawTimes(Generator generator, Device device, long... shape) {
        return Torch.rand(shape, generator, DType.FLOAT32, device);
    }
}
