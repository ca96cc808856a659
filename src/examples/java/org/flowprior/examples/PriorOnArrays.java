package org.flowprior.examples;

import java.nio.file.Path;
import java.util.Map;
import org.flowprior.flow.FlowMatchingLoss;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.FlowPrior;
import org.flowprior.flow.TimeConvention;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.target.RandomProjection;
import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Npy;
import org.flowprior.torch.optim.AdamOptions;
import org.flowprior.torch.optim.AdamW;
import org.flowprior.torch.optim.Ema;

/**
 * A flow prior on an array of one's own: features are scaled to deviation 1, projected to the latents' channels, and a
 * flow is trained on them (Sec. 4.1). The file serves {@code train-autoencoder --prior} and {@link AlignEncoder}.
 *
 * <pre>java … org.flowprior.examples.PriorOnArrays [features.npy [prior.safetensors [steps]]]</pre>
 */
public final class PriorOnArrays {

    private static final int CHANNELS = 4;
    private static final int BATCH = 256;

    private PriorOnArrays() {}

    /** Trains on the array [N, D], writes the prior and prints how far its samples' mean is from the targets'. */
    public static void main(String[] args) {
        Path file = Path.of(args.length > 1 ? args[1] : "prior.safetensors");
        int steps = args.length > 2 ? Integer.parseInt(args[2]) : 1000;
        try (Scope all = Scope.open()) {
            Tensor features = args.length > 0 ? Npy.read(Path.of(args[0])).to(DType.FLOAT32) : drawn();
            double scaling = 1 / features.std().item();
            RandomProjection projection = RandomProjection.official((int) features.size(1), CHANNELS);
            Tensor targets = projection.apply(features.mul(scaling));
            VelocityNetwork network = new VelocityNetwork(new VelocityNetwork.Config(CHANNELS, 0, 3, 64));
            FlowModel model = new FlowModel(network, TimeConvention.PAPER);
            train(model, targets, steps);
            try (FlowPrior prior = new FlowPrior(model.freeze(), projection, scaling, Map.of("source", "an array"))) {
                prior.write(file);
                Tensor samples = prior.sample(1000, 50, null);
                System.out.printf("mean of the targets %.3f, of samples %.3f; written to %s%n", targets.mean().item(),
                        samples.mean().item(), file);
            }
        }
    }

    /** Leaves the moving averages of the weights in the model. */
    private static void train(FlowModel model, Tensor targets, int steps) {
        VelocityNetwork network = model.network();
        FlowMatchingLoss loss = FlowMatchingLoss.of(model);
        try (AdamW optimizer = new AdamW(network.parameters(), AdamOptions.ADAMW.withLearningRate(1e-3));
                Ema averages = new Ema(network.namedParameters(), 0.99)) {
            for (int step = 1; step <= steps; step++) {
                try (Scope scope = Scope.open()) {
                    Tensor rows = Torch.randint(targets.size(0), new long[] {BATCH});
                    optimizer.zeroGrad();
                    loss.loss(targets.indexSelect(0, rows), null).backward();
                    optimizer.step();
                    averages.update();
                }
            }
            try (NoGrad noGrad = new NoGrad()) {
                averages.copyTo(network.namedParameters());
            }
        }
    }

    /** Three clusters in 32 dimensions, if no array is given. */
    private static Tensor drawn() {
        Tensor centres = Torch.randn(3, 32).mul(2);
        return centres.indexSelect(0, Torch.randint(3, new long[] {5000})).add(Torch.randn(5000, 32).mul(0.3));
    }
}
