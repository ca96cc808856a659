package org.flowprior.torch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.flowprior.torch.ffi.Shim;

/**
 * Activation checkpointing, PyTorch's {@code checkpoint(..., use_reentrant=False)}: runs a block without keeping its
 * activations, and runs it again when backward needs them. It works with {@link Autograd#grad}, with parameters that
 * the block captures, and with blocks inside blocks.
 */
public final class Checkpoint {

    private Checkpoint() {}

    /**
     * Runs the block on the inputs.
     *
     * @param block must compute the same when it runs again; for that run the autocast settings and the states of the
     *              default generators of the CPU and of the inputs' device are restored
     * @return what the block returns
     */
    public static Tensor run(Function<List<Tensor>, Tensor> block, List<Tensor> inputs) {
        if (!GradMode.isEnabled()) {
            return block.apply(inputs);
        }
        long id = Callbacks.hold(new Block(block, inputs));
        CallFrame f = CallFrame.enter();
        int status = Shim.fp_checkpoint_open(f.tensors(inputs, "inputs"), inputs.size(), Callbacks.RECOMPUTE,
                Callbacks.RELEASE, id, f.out());
        long checkpoint = f.check(status, "checkpoint", inputs).number(0);
        try {
            return block.apply(inputs);
        } finally {
            CallFrame.enter().check(Shim.fp_checkpoint_close(checkpoint), "checkpoint");
        }
    }

    /** A block, with the random state and autocast settings of its first run. */
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

        /** Repeats the block in the caller's scope. */
        void runAgain(List<Tensor> inputs) {
            Map<Device, Tensor> now = new LinkedHashMap<>();
            randomStates.forEach((device, state) -> now.put(device, exchange(device, Tensor.of(state))));
            try (Autocast cpuCast = new Autocast(cpu); Autocast cudaCast = new Autocast(cuda)) {
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
