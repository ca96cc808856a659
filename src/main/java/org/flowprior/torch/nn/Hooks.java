package org.flowprior.torch.nn;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.flowprior.torch.Tensor;

/** The hooks of one module, and a forward with them. */
final class Hooks {

    private final List<ForwardPreHook> before = new CopyOnWriteArrayList<>();
    private final List<ForwardHook> after = new CopyOnWriteArrayList<>();
    private final List<BackwardHook> backward = new CopyOnWriteArrayList<>();
    private final ThreadLocal<Boolean> running = ThreadLocal.withInitial(() -> false);

    RemovableHandle addPre(ForwardPreHook hook) {
        return add(before, hook);
    }

    RemovableHandle addForward(ForwardHook hook) {
        return add(after, hook);
    }

    RemovableHandle addBackward(BackwardHook hook) {
        return add(backward, hook);
    }

    private static <H> RemovableHandle add(List<H> hooks, H hook) {
        hooks.add(hook);
        boolean[] registered = {true};
        return new RemovableHandle(() -> {
            if (registered[0]) {
                registered[0] = false;
                hooks.remove(hook);
            }
        });
    }

    /** Computes between the hooks; within a forward of the same module, without them. */
    Tensor run(Module module, List<Tensor> inputs, Function<List<Tensor>, Tensor> compute) {
        if (running.get()) {
            return compute.apply(inputs);
        }
        running.set(true);
        try {
            List<Tensor> x = inputs;
            for (ForwardPreHook hook : before) {
                List<Tensor> changed = hook.apply(module, x);
                x = changed == null ? x : List.copyOf(changed);
            }
            if (backward.isEmpty()) {
                return after(module, x, compute.apply(x));
            }
            ModuleGradients gradients = new ModuleGradients(module, backward);
            List<Tensor> watched = gradients.watchInputs(x);
            return gradients.watchOutput(after(module, watched, compute.apply(watched)));
        } finally {
            running.remove();
        }
    }

    private Tensor after(Module module, List<Tensor> inputs, Tensor output) {
        Tensor y = output;
        for (ForwardHook hook : after) {
            Tensor changed = hook.apply(module, inputs, y);
            y = changed == null ? y : changed;
        }
        return y;
    }
}
