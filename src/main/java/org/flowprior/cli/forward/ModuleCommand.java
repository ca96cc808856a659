package org.flowprior.cli.forward;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.flowprior.cli.common.DeviceOptions;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.RequestException;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Precision;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.nn.Module;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/**
 * A module of {@code flowprior forward}: reads tensors, runs, writes tensors. A new module is one subclass, which
 * {@link Forward} names among its subcommands.
 *
 * @param <T> the config: a record, see {@link ConfigLoader}
 */
@Command(sortOptions = false, footerHeading = "%n")
abstract class ModuleCommand<T extends Record & ModuleCommand.Dtyped> implements Callable<Integer> {

    /** The dtype of weights, inputs and outputs. */
    enum Numbers {
        FLOAT32(DType.FLOAT32), FLOAT64(DType.FLOAT64);

        private final DType dtype;

        Numbers(DType dtype) {
            this.dtype = dtype;
        }
    }

    /** A config with the key dtype, as every module has it. */
    interface Dtyped {
        Numbers dtype();
    }

    /** The config of a module without further keys. */
    record DtypeOnly(Numbers dtype) implements Dtyped {
        static final DtypeOnly FLOAT32 = new DtypeOnly(Numbers.FLOAT32);
    }

    /** For {@link Command#modelTransformer}: takes {@code --weights} from a module that has none. */
    static final class WithoutWeights implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec spec) {
            return spec.remove(spec.findOption("--weights"));
        }
    }

    @Option(names = "--weights", required = true, paramLabel = "FILE",
            description = "weights under the official keys: safetensors or .pt, bare or in an official checkpoint")
    private Path weights;

    @Option(names = "--input", required = true, paramLabel = "FILE",
            description = "the inputs by name: safetensors, .npz or .pt")
    private Path input;

    @Option(names = "--output", required = true, paramLabel = "FILE",
            description = "the outputs by name: safetensors, replaced whole or not at all")
    private Path output;

    @Option(names = {"-c", "--config"}, paramLabel = "FILE", description = "a JSON file; the keys are below")
    private String config;

    @Mixin
    private DeviceOptions device;

    @Option(names = "--precision", paramLabel = "NAME", defaultValue = "float32",
            description = "float32, or bf16 for autocast (default: ${DEFAULT-VALUE})")
    private Precision precision;

    @CommandLine.Spec
    private CommandSpec spec;

    private final T defaults;

    /** A module with that config where no file says otherwise. */
    ModuleCommand(T defaults) {
        this.defaults = defaults;
    }

    /** The outputs by name, of any dtype and device. */
    abstract Map<String, Tensor> forward(T config, InputTensors in);

    @Override
    public Integer call() {
        T resolved = new ConfigLoader<>("forward-" + spec.name(), defaults).load(config, List.of());
        DType dtype = resolved.dtype().dtype;
        if (precision == Precision.BF16 && dtype != DType.FLOAT32) {
            throw new RequestException("--precision bf16 goes with dtype float32 in the config, not with " + dtype);
        }
        Device chosen = device.ready();
        requireDirectory(output);
        try (Scope scope = Scope.open()) {
            InputTensors in = new InputTensors(input, dtype, chosen);
            Map<String, Tensor> outputs = new HashMap<>(forward(resolved, in));
            outputs.replaceAll((name, tensor) -> tensor.detach().to(dtype));
            Safetensors.write(output, outputs);
            if (!in.unused().isEmpty()) {
                spec.commandLine().getErr().println("flowprior: " + input + ": not an input of " + spec.name()
                        + ", left aside: " + String.join(", ", in.unused()));
                spec.commandLine().getErr().flush();
            }
        }
        return 0;
    }

    private static void requireDirectory(Path output) {
        Path directory = output.toAbsolutePath().getParent();
        if (Files.isDirectory(output) || directory == null || !Files.isDirectory(directory)) {
            throw new RequestException("--output " + output + (Files.isDirectory(output) ? " is a directory"
                    : ": the directory " + directory + " does not exist"));
        }
    }

    final Path weights() {
        return weights;
    }

    /** Runs the op in the precision that {@code --precision} names. */
    final <R> R inPrecision(InputTensors in, Supplier<R> op) {
        return precision.compute(in.device(), op);
    }

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
