package org.flowprior.torch.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.flowprior.torch.Tensor;

/**
 * The gradients of one forward of a module, gathered for its backward hooks. Inputs and output become views of
 * themselves, whose gradients are the module's alone even if other modules read the same tensors.
 */
final class ModuleGradients {

    private final Module module;
    private final List<BackwardHook> hooks;
    private Tensor[] gradInput;
    private int watched;
    private int missing;
    private Tensor gradOutput;

    ModuleGradients(Module module, List<BackwardHook> hooks) {
        this.module = module;
        this.hooks = List.copyOf(hooks);
    }

    List<Tensor> watchInputs(List<Tensor> inputs) {
        gradInput = new Tensor[inputs.size()];
        List<Tensor> views = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            Tensor x = inputs.get(i);
            Tensor view = x.requiresGrad() ? x.viewAs(x) : x;
            if (view.requiresGrad()) { // not within NoGrad
                int position = i;
                view.registerHook(gradient -> arrived(position, gradient));
                watched++;
            }
            views.add(view);
        }
        missing = watched;
        return views;
    }

    Tensor watchOutput(Tensor output) {
        if (!output.requiresGrad()) {
            return output;
        }
        Tensor view = output.viewAs(output);
        view.registerHook(gradient -> {
            begin(gradient);
            return null;
        });
        return view;
    }

    private void begin(Tensor gradient) {
        discard();
        gradOutput = gradient.share().keep();
        missing = watched;
        if (watched == 0) {
            runHooks();
        }
    }

    private Tensor arrived(int position, Tensor gradient) {
        gradInput[position] = gradient.share().keep();
        missing--;
        return missing == 0 && gradOutput != null ? runHooks() : null;
    }

    private Tensor runHooks() {
        Tensor replacement = null;
        try {
            for (BackwardHook hook : hooks) {
                Tensor changed = hook.apply(module, Collections.unmodifiableList(Arrays.asList(gradInput)), gradOutput);
                replacement = changed == null ? replacement : replaced(changed);
            }
            return replacement == null ? null : replacement.share();
        } finally {
            discard();
        }
    }

    private Tensor replaced(Tensor changed) {
        if (gradInput.length != 1 || watched != 1) {
            throw new IllegalStateException("a backward hook of " + module.getClass().getSimpleName()
                    + " returned a gradient, but only the gradient of a single input can be replaced; return null");
        }
        if (gradInput[0] != changed) {
            gradInput[0].close();
            gradInput[0] = changed.share().keep();
        }
        return gradInput[0];
    }

    private void discard() {
        for (int i = 0; i < gradInput.length; i++) {
            if (gradInput[i] != null) {
                gradInput[i].close();
                gradInput[i] = null;
            }
        }
        if (gradOutput != null) {
            gradOutput.close();
            gradOutput = null;
        }
    }
}
