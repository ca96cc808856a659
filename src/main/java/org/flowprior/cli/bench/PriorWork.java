package org.flowprior.cli.bench;

import java.util.Map;
import org.flowprior.flow.FlowMatchingLoss;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.FlowPrior;
import org.flowprior.flow.TimeConvention;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.target.IdentityProjection;
import org.flowprior.torch.Device;
import org.flowprior.torch.Functional;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Precision;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.optim.AdamOptions;
import org.flowprior.torch.optim.AdamW;
import org.flowprior.torch.optim.Ema;
import org.flowprior.torch.optim.GradientClipping;

/** Work on the prior at the paper's size: 6 blocks of width 1024, 32 channels. */
final class PriorWork {

    private static final long[] BANK = {151_936, 896};
    private static final double SCALING = 64.0511;
    private static final long ITEMS = 256;
    private static final long COPIES = 4;
    private static final long LATENTS = 16_384;

    private final ReferenceWork work;
    private final Precision precision;

    PriorWork(ReferenceWork work, boolean bf16) {
        this.work = work;
        this.precision = bf16 ? Precision.BF16 : Precision.FLOAT32;
    }

    /** Times a training step on 256 rows of a 151,936 x 896 table, four draws each: AdamW, clipping, moving average. */
    double training() {
        VelocityNetwork network = new VelocityNetwork(VelocityNetwork.Config.PRIOR);
        try (Scope outer = Scope.open(); FlowModel model = new FlowModel(network, TimeConvention.OFFICIAL);
                AdamW optimizer = new AdamW(network.parameters(),
                        AdamOptions.ADAMW.withLearningRate(1e-4).withBetas(0.9, 0.95));
                Ema average = new Ema(network.namedParameters(), 0.9999)) {
            Tensor table = Torch.randn(BANK).div_(SCALING);
            Tensor projection = Torch.randn(network.config().targetChannels(), BANK[1]).div_(Math.sqrt(BANK[1]));
            FlowMatchingLoss flowMatching = FlowMatchingLoss.of(model);
            return work.medianOfLong(() -> {
                try (Scope step = Scope.open()) {
                    optimizer.zeroGrad();
                    Tensor targets = targets(table, projection);
                    Tensor loss = precision.compute(Device.CPU, () -> flowMatching.loss(targets, null));
                    loss.backward();
                    GradientClipping.clipNorm(network.parameters(), 1);
                    optimizer.step();
                    average.update();
                    loss.item();
                }
            });
        }
    }

    private static Tensor targets(Tensor table, Tensor projection) {
        try (NoGrad noGrad = new NoGrad()) {
            Tensor rows = table.indexSelect(0, Torch.randint(BANK[0], new long[] {ITEMS}));
            return Functional.linear(rows.mul_(SCALING), projection).repeat(COPIES, 1);
        }
    }

    /** Times the alignment loss of 16,384 latents and its gradient. */
    double alignment() {
        VelocityNetwork network = new VelocityNetwork(VelocityNetwork.Config.PRIOR);
        int channels = (int) network.config().targetChannels();
        try (Scope outer = Scope.open();
                FlowPrior prior = new FlowPrior(new FlowModel(network, TimeConvention.OFFICIAL).freeze(),
                        new IdentityProjection(channels), 1, Map.of())) {
            if (precision == Precision.BF16) {
                prior.forBf16();
            }
            Tensor y = Torch.randn(LATENTS, channels).requiresGrad_(true);
            return work.medianOfLong(() -> {
                try (Scope step = Scope.open()) {
                    y.setGrad(null);
                    Tensor loss = prior.alignmentLoss(y);
                    loss.backward();
                    loss.item();
                }
            });
        }
    }
}
