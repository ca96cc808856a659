package org.flowprior.cli.forward;

import java.util.HashMap;
import java.util.Map;
import org.flowprior.autoencoder.Discriminator;
import org.flowprior.autoencoder.DiscriminatorWindow;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;

/** What the modules of all discriminators do. */
final class ForwardLogits {

    private ForwardLogits() {}

    /** Loads the module's weights into the discriminator and runs it on the input x. */
    static Map<String, Tensor> of(ModuleCommand<?> module, InputTensors in, Discriminator discriminator,
                                  boolean training, DiscriminatorWindow window) {
        discriminator.load(module.weights());
        discriminator.train(training).to(in.dtype()).to(in.device());
        Tensor x = in.get("x", -1, 3, -1, -1);
        try (NoGrad noGrad = new NoGrad()) {
            return new HashMap<>(Map.of("logits",
                    module.inPrecision(in, () -> discriminator.forward(x, window))));
        }
    }
}
