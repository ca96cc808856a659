package org.flowprior.cli.forward;

import java.util.Map;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Module;
import picocli.CommandLine.Command;

/**
 * A module of {@code flowprior forward}, which is its own config: a record whose components are the keys of the JSON
 * file. {@link Command} gives its name and help. A constructor without arguments gives the defaults; a module whose only
 * key is dtype needs none.
 *
 * <p>A new module is one such record and one line in {@link Forward}.
 */
interface ForwardModule {

    /** The dtypes of weights, inputs and outputs. */
    enum Numbers { FLOAT32, FLOAT64 }

    /** A module without the option {@code --weights}. */
    interface WithoutWeights extends ForwardModule {}

    /** Makes the module with its defaults: only for the command that runs, since other commands need none. */
    static ForwardModule defaults(Class<? extends ForwardModule> type) {
        try {
            return type.getRecordComponents().length == 1
                    ? type.getDeclaredConstructor(Numbers.class).newInstance(Numbers.FLOAT32)
                    : type.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

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
