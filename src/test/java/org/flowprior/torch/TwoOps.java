package org.flowprior.torch;

/** A program that tries two ops and prints what each throws. */
public final class TwoOps {

    private TwoOps() {}

    /** Prints the class and the message of what {@code ones}, {@code matmul} and an own scope throw. */
    public static void main(String[] args) {
        attempt("first", () -> Torch.ones(2));
        attempt("second", () -> Torch.eye(2));
        attempt("third", () -> Scope.open().close());
        attempt("fourth", Memory::liveTensors);
    }

    private static void attempt(String label, Runnable op) {
        try {
            op.run();
            System.out.println(label + ": worked");
        } catch (Throwable e) {
            System.out.println(label + ": " + e.getClass().getSimpleName() + ": "
                    + String.valueOf(e.getMessage()).replace("\n", " | "));
        }
    }
}
