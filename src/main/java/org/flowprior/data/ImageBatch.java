package org.flowprior.data;

import java.util.List;
import org.flowprior.torch.Tensor;

/**
 * Images that belong together, in the innermost scope of the thread that asked for them.
 *
 * @param images float32 [batch, 3, size, size] in [-1, 1]
 * @param labels int64 [batch]
 * @param names  the images' names
 */
public record ImageBatch(Tensor images, Tensor labels, List<String> names) {}
