package org.flowprior.cli.forward;

import java.nio.file.Files;
import java.nio.file.Path;
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
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/**
 * A module of {@code flowprior forward}: reads tensors, runs, writes tensors. A new module is a subclass with its own
 * config, named among the subcommands of {@link Forward}; its default config is the resource
 * {@code presets/forward-MODULE/default.json}.
 *
 * @param <T> the config: a record, see {@link ConfigLoader}
 */
@Command(sortOptions = false)
abstract class ModuleCommand<T extends Record> implements Callable<Integer> {

    /** The dtype of weights, inputs and outputs. */
    enum Numbers {
        FLOAT32(DType.FLOAT32), FLOAT64(DType.FLOAT64);

        final DType dtype;

        Numbers(DType dtype) {
            this.dtype = dtype;
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

    private final Class<T> configType;

    ModuleCommand(Class<T> configType) {
        this.configType = configType;
    }

    /** The outputs by name, of any dtype and device. */
    abstract Map<String, Tensor> forward(T config, InputTensors in);

    /** The dtype to compute in. */
    abstract Numbers numbers(T config);

    @Override
    public Integer call() {
        T resolved = new ConfigLoader<>("forward-" + spec.name(), configType, "default").load(config, List.of());
        DType dtype = numbers(resolved).dtype;
        if (precision == Precision.BF16 && dtype != DType.FLOAT32) {
            throw new RequestException("--precision bf16 goes with dtype float32 in the config, not with " + dtype);
        }
        Device chosen = device.ready();
        requireDirectory(output);
        try (Scope scope = Scope.open()) {
            InputTensors in = new InputTensors(input, dtype, chosen);
            Map<String, Tensor> outputs = forward(resolved, in);
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

    Path weights() {
        return weights;
    }

    /** Runs the op in the precision asked for. */
    Tensor inPrecision(InputTensors in, Supplier<Tensor> op) {
        return precision.compute(in.device(), op);
    }
}
