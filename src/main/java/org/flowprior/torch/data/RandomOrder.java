package org.flowprior.torch.data;

import java.util.stream.LongStream;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Torch;

/** A random order, as {@code torch.randperm} draws it. */
final class RandomOrder {

    private RandomOrder() {}

    static LongStream of(long size, Generator generator) {
        try (Scope scope = Scope.open()) {
            return LongStream.of(Torch.randperm(size, generator).toLongArray());
        }
    }
}
