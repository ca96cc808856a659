package org.flowprior.torch.io;

import java.util.ArrayList;
import java.util.List;

/**
 * A parameter as PyTorch pickled it before 0.4: made empty and remembered, then given its tensor, which takes its place
 * on the stack and in the memo.
 */
final class PickleParameter {

    private final List<Long> remembered = new ArrayList<>();

    /** The memo has it at that index. */
    void rememberedAt(long index) {
        remembered.add(index);
    }

    /** Where the memo has it. */
    List<Long> remembered() {
        return remembered;
    }
}
