package org.flowprior.mar;

import java.util.function.Supplier;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Lets ops that draw from a device's default generator draw from another one, and then restores the default generator,
 * as {@code torch.random.fork_rng} does.
 */
final class ForkedGenerator {

    private ForkedGenerator() {}

    /** Runs the work with the generator in place of the default one. The generator keeps the state after the work. */
    static Tensor run(Generator generator, Device device, Supplier<Tensor> work) {
        try (Generator standard = Generator.defaultOf(device)) {
            return Scope.returning(() -> {
                Tensor before = standard.state();
                standard.setState(generator.state());
                try {
                    return work.get();
                } finally {
                    generator.setState(standard.state());
                    standard.setState(before);
                }
            });
        }
    }
}
