package org.flowprior.torch;

import java.util.List;
import java.util.function.Function;
import org.flowprior.torch.ffi.Shim;

/**
 * Activation checkpointing: runs a block without keeping what its backward needs, and runs it again when backward asks.
 * As PyTorch's {@code checkpoint(..., use_reentrant=False)}: it works with {@link Autograd#grad}, with parameters that
 * the block only refers to, and with blocks inside blocks.
 */
public final class Checkpoint {

    private Checkpoint() {}

    /**
     * Runs the block on the inputs.
     *
     * @param block must do the same when it runs again. The random state of the CPU's default generator and the
     *              autocast switches are restored for that run
     * @return what the block returns
     */
    public static Tensor run(Function<List<Tensor>, Tensor> block, List<Tensor> inputs) {
        if (!GradMode.isEnabled()) {
            return block.apply(inputs);
        }
        Block held = new Block(block);
        Frame f = Frame.enter();
        long id = Callbacks.hold(held);
        int status = Shim.fp_checkpoint_open(f.tensors(inputs, "inputs"), inputs.size(), Callbacks.recomputeStub(),
                Callbacks.releaseStub(), id, f.out());
        Tensor.check(f, status, "checkpoint", inputs);
        long checkpoint = f.number(0);
        try {
            return block.apply(inputs);
        } finally {
            Shim.fp_checkpoint_close(checkpoint);
        }
    }

    /** A block, with the state in which it ran first. */
    static final class Block {

        private final Function<List<Tensor>, Tensor> function;
        private final byte[] randomState;
        private final Autocast.State autocast;

        Block(Function<List<Tensor>, Tensor> function) {
            this.function = function;
            this.autocast = Autocast.State.of(Device.Type.CPU);
            try (Scope scope = Scope.open(); Generator generator = Generator.defaultOf(Device.CPU)) {
                randomState = generator.state().toByteArray();
            }
        }

        /** In the caller's scope. */
        void runAgain(List<Tensor> inputs) {
            try (Generator generator = Generator.defaultOf(Device.CPU); Autocast cast = Autocast.restore(autocast)) {
                Tensor now = generator.state();
                generator.setState(Tensor.of(randomState));
                try {
                    function.apply(inputs);
                } finally {
                    generator.setState(now);
                }
            }
        }
    }
}
