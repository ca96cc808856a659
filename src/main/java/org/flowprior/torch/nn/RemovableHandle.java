package org.flowprior.torch.nn;

/** A registered hook of a module: {@code torch.utils.hooks.RemovableHandle}. */
public final class RemovableHandle implements AutoCloseable {

    private final Runnable removal;

    RemovableHandle(Runnable removal) {
        this.removal = removal;
    }

    /** Removes the hook; does nothing the second time. */
    public void remove() {
        removal.run();
    }

    /** As {@link #remove}. */
    @Override
    public void close() {
        remove();
    }
}
