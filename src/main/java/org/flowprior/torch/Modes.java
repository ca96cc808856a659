package org.flowprior.torch;

/** What the blocks that switch a mode of libtorch share: modes belong to threads. */
final class Modes {

    private Modes() {}

    static void requireThread(Thread thread) {
        if (Thread.currentThread() != thread) {
            throw new ThreadException("a mode set on thread '" + thread.getName() + "' was ended from thread '"
                    + Thread.currentThread().getName() + "'; libtorch's modes belong to threads");
        }
    }
}
