package org.flowprior.memory;

import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Prints the error of each of three first ops: class and message. */
public final class FailingOps {

    private FailingOps() {}

    /** Runs the ops. */
    public static void main(String[] arguments) {
        attempt(() -> Torch.ones(2));
        attempt(() -> Tensor.of(new float[] {1}).add(1));
        attempt(() -> Scope.open().close());
    }

    private static void attempt(Runnable op) {
        try {
            op.run();
            System.out.println("no error");
        } catch (Throwable e) {
            System.out.println("error " + e);
        }
    }
}
