package org.flowprior.torch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
     * @param block must do the same when it runs again. The random state of the default generators, the CPU's
     *              and the inputs' device's, and the autocast switches are restored for that run
     * @return what the block returns
     */
    public static Tensor run(Function<List<Tensor>, Tensor> block, List<Tensor> inputs) {
        if (!GradMode.isEnabled()) {
            return block.apply(inputs);
        }
        Block held = new Block(block, inputs);
        CallFrame f = CallFrame.enter();
        long id = Callbacks.hold(held);
        int status = Shim.fp_checkpoint_open(f.tensors(inputs, "inputs"), inputs.size(), Callbacks.recomputeStub(),
                Callbacks.releaseStub(), id, f.out());
        Tensor.check(f, status, "checkpoint", inputs);
        long checkpoint = f.number(0);
        try {
            return block.apply(inputs);
        } finally {
            Tensor.check(CallFrame.enter(), Shim.fp_checkpoint_close(checkpoint), "checkpoint");
        }
    }

    /** A block, with the state in which it ran first. */
    static final class Block {

        private final Function<List<Tensor>, Tensor> function;
        private final Autocast.State cpu = Autocast.State.of(Device.Type.CPU);
        private final Autocast.State cuda = Autocast.State.of(Device.Type.CUDA);
        /** The generators' devices, and their states at the first run. */
        private final Map<Device, byte[]> randomStates = new LinkedHashMap<>();

        Block(Function<List<Tensor>, Tensor> function, List<Tensor> inputs) {
            this.function = function;
            saveRandomState(Device.CPU);
            inputs.stream().map(Tensor::device).filter(d -> d.type() == Device.Type.CUDA).findFirst()
                    .ifPresent(this::saveRandomState);
        }

        private void saveRandomState(Device device) {
            try (Scope scope = Scope.open(); Generator generator = Generator.defaultOf(device)) {
                randomStates.put(device, generator.state().toByteArray());
            }
        }

        /** In the caller's scope. */
        void runAgain(List<Tensor> inputs) {
            Map<Device, Tensor> now = new LinkedHashMap<>();
            randomStates.forEach((device, state) -> now.put(device, exchange(device, Tensor.of(state))));
            try (Autocast cpuCast = Autocast.restore(cpu); Autocast cudaCast = Autocast.restore(cuda)) {
                function.apply(inputs);
            } finally {
                now.forEach(Block::exchange);
            }
        }

        private static Tensor exchange(Device device, Tensor state) {
            try (Generator generator = Generator.defaultOf(device)) {
                Tensor before = generator.state();
                generator.setState(state);
                return before;
            }
        }
    }
}
