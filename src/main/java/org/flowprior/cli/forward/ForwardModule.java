package org.flowprior.cli.forward;

import java.util.Map;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Module;
import picocli.CommandLine.Command;

/**
 * A module of {@code flowprior forward}, which is its own config: a record whose components are the keys of the JSON
 * file. {@link Command} gives its name and help. A constructor without arguments gives the defaults; for a module whose
 * only key is dtype, {@link Forward} does.
 *
 * <p>A new module is one such record and one line in {@link Forward}.
 */
interface ForwardModule {

    /** The dtypes of weights, inputs and outputs. */
    enum Numbers { FLOAT32, FLOAT64 }

    /** A module without the option {@code --weights}. */
    interface WithoutWeights extends ForwardModule {}

    /** Returns the dtype, a key that all modules have. */
    Numbers dtype();

    /** Runs the module. Returns the outputs by name, of any dtype and device. */
    Map<String, Tensor> forward(ModuleInputs in);

    /** Adds the gradient of each parameter that has one, under the prefix and its key. */
    static void putGradients(Map<String, Tensor> outputs, String prefix, Module module) {
        module.namedParameters().forEach((key, parameter) -> {
            Tensor gradient = parameter.grad();
            if (gradient != null) {
                outputs.put(prefix + key, gradient.clone());
            }
        });
    }
}
