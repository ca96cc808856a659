package org.flowprior.torch;

import org.flowprior.torch.ffi.Shim;

/** A block in which backward throws at the first NaN gradient, naming the node. libtorch has one mode for all threads. */
public final class AnomalyMode implements AutoCloseable {

    private final int enabledBefore;
    private final int checkNanBefore;

    /** Begins the block. */
    public AnomalyMode() {
        CallFrame f = CallFrame.enter();
        Shim.fp_anomaly_mode(f.out(), f.out(1));
        enabledBefore = f.integer(0);
        checkNanBefore = f.integer(1);
        Shim.fp_set_anomaly_mode(1, 1);
    }

    /** Restores the former mode. */
    @Override
    public void close() {
        Shim.fp_set_anomaly_mode(enabledBefore, checkNanBefore);
    }
}
