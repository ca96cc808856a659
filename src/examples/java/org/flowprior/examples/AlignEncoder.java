package org.flowprior.examples;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.flowprior.flow.FlowPrior;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.torch.nn.SiLU;
import org.flowprior.torch.optim.AdamOptions;
import org.flowprior.torch.optim.AdamW;

/**
 * An encoder of one's own, aligned with a frozen flow prior (Eq. 5) while an autoencoder is trained: reconstruction
 * plus the weighted alignment loss.
 *
 * <pre>java … org.flowprior.examples.AlignEncoder prior.safetensors [weight [steps]]</pre>
 */
public final class AlignEncoder {

    private static final int DATA_CHANNELS = 16;
    private static final int BATCH = 256;

    private AlignEncoder() {}

    /** Trains and prints both losses. */
    public static void main(String[] args) {
        double weight = args.length > 1 ? Double.parseDouble(args[1]) : 0.01;
        int steps = args.length > 2 ? Integer.parseInt(args[2]) : 500;
        try (FlowPrior prior = FlowPrior.read(Path.of(args[0]));
                Sequential encoder = layers(DATA_CHANNELS, prior.dimension());
                Sequential decoder = layers(prior.dimension(), DATA_CHANNELS);
                AdamW optimizer = new AdamW(Stream.of(encoder, decoder).flatMap(m -> m.parameters().stream()).toList(),
                        AdamOptions.ADAMW.withLearningRate(1e-3))) {
            for (int step = 1; step <= steps; step++) {
                try (Scope scope = Scope.open()) {
                    Tensor data = Torch.randn(BATCH, DATA_CHANNELS); // yours
                    Tensor latents = encoder.forward(data);
                    Tensor reconstruction = Functional.mseLoss(decoder.forward(latents), data);
                    Tensor alignment = prior.alignmentLoss(latents); // the prior stays as it is
                    optimizer.zeroGrad();
                    reconstruction.add(alignment.mul(weight)).backward();
                    optimizer.step();
                    if (step % 100 == 0 || step == steps) {
                        System.out.printf("step %d, reconstruction %.4f, alignment %.4f%n", step,
                                reconstruction.item(), alignment.item());
                    }
                }
            }
        }
    }

    private static Sequential layers(long in, long out) {
        return new Sequential(new Linear(in, 64), new SiLU(), new Linear(64, out));
    }
}
