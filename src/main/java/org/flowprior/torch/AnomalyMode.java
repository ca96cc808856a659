package org.flowprior.torch;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import org.flowprior.torch.ffi.Shim;

/**
 * A block in which backward throws at the first gradient that is NaN, naming the node. The mode is libtorch's and holds
 * for all threads.
 */
public final class AnomalyMode implements AutoCloseable {

    private final int enabledBefore;
    private final int checkNanBefore;

    /** Begins the block. */
    public AnomalyMode() {
        CallFrame f = CallFrame.enter();
        Shim.fp_anomaly_mode(f.out(), f.outCount());
        enabledBefore = f.out().get(JAVA_INT, 0);
        checkNanBefore = f.out().get(JAVA_INT, 8);
        Shim.fp_set_anomaly_mode(1, 1);
    }

    /** Restores the mode from before. */
    @Override
    public void close() {
        Shim.fp_set_anomaly_mode(enabledBefore, checkNanBefore);
    }
}
