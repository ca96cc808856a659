package org.flowprior.mar;

import org.flowprior.torch.Device;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** The loss of a training step. It computes only what the losses of the masked tokens need. */
record MaskedLoss(Mar mar, Device device) {

    Tensor of(Tensor tokens, Tensor labels, MarNoise noise) {
        check(tokens, noise);
        if (!mar.isTraining() || noise.dropout() == null) {
            return compute(tokens, labels, noise);
        }
        return ForkedGenerator.run(noise.dropout(), device, () -> compute(tokens, labels, noise));
    }

    private Tensor compute(Tensor tokens, Tensor labels, MarNoise noise) {
        return Scope.returning(() -> {
            Tensor data = tokens.detach();
            long count = noise.masked();
            Tensor orders = here(noise.orders());
            Tensor read = orders.narrow(1, 0, count).sort(1, false).values();
            Tensor visible = orders.narrow(1, count, orders.size(1) - count).sort(1, false).values();
            Tensor dropped = noise.dropped() == null ? null : here(noise.dropped());
            Tensor z = mar.conditionsSeeing(data, visible, mar.classVectors(here(labels), dropped), read).flatten(0, 1);
            Tensor target = MarBlock.gather(data, read).flatten(0, 1);
            long copies = noise.times().size(0);
            Tensor index = read.unsqueeze(0).expand(copies, -1, -1);
            Tensor times = here(noise.times()).gather(2, index).flatten();
            Tensor added = here(noise.noise())
                    .gather(2, index.unsqueeze(3).expand(-1, -1, -1, data.size(2))).flatten(0, 2);
            return mar.head().losses(target.repeat(copies, 1), z.repeat(copies, 1), times, added).mean();
        });
    }

    private Tensor here(Tensor x) {
        return x.to(x.dtype(), device);
    }

    private void check(Tensor tokens, MarNoise noise) {
        long images = tokens.size(0);
        long length = mar.config().tokens();
        long copies = noise.times().dim() == 0 ? 1 : noise.times().size(0);
        Mar.check("orders", noise.orders(), images, length);
        Mar.check("times", noise.times(), copies, images, length);
        Mar.check("noise", noise.noise(), copies, images, length, mar.config().channels());
        if (noise.masked() < 1 || noise.masked() > length) {
            throw new IllegalArgumentException("1 to " + length + " tokens can be masked, not " + noise.masked());
        }
    }
}
