package org.flowprior.data;

import java.util.List;
import org.flowprior.torch.Tensor;

/**
 * Images that belong together, in the innermost scope of the thread that asked for them.
 *
 * @param levels uint8 [batch, 3, size, size], the pixels as they were decoded
 * @param labels int64 [batch]
 * @param names  the images' names
 */
public record ImageBatch(Tensor levels, Tensor labels, List<String> names) {

    /** Converts the levels, anew in each call, to float32 [batch, 3, size, size] in [-1, 1]. */
    public Tensor images() {
        return Pixels.values(levels);
    }
}
