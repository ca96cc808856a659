package org.flowprior.cli.forward;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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

/** {@code flowprior forward MODULE}: reads tensors, runs the module, writes tensors. */
@Command(sortOptions = false, footerHeading = "%n")
final class ModuleCommand implements Callable<Integer> {

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

    private final Class<? extends ForwardModule> type;

    private ModuleCommand(Class<? extends ForwardModule> type) {
        this.type = type;
    }

    /** Returns the command of a module, with the name and help of its {@link Command}. */
    static CommandSpec of(Class<? extends ForwardModule> type) {
        Command module = type.getAnnotation(Command.class);
        CommandSpec spec = CommandSpec.forAnnotatedObject(new ModuleCommand(type)).name(module.name());
        spec.usageMessage().description(module.description()).footer(module.footer());
        boolean hasWeights = !ForwardModule.WithoutWeights.class.isAssignableFrom(type);
        return hasWeights ? spec : spec.remove(spec.findOption("--weights"));
    }

    @Override
    public Integer call() {
        ForwardModule module = (ForwardModule) new ConfigLoader<>("forward-" + spec.name(),
                (Record) ForwardModule.defaults(type))
                .load(config, List.of());
        DType dtype = DType.valueOf(module.dtype().name());
        if (precision == Precision.BF16 && dtype != DType.FLOAT32) {
            throw new RequestException("--precision bf16 goes with dtype float32 in the config, not with " + dtype);
        }
        Device chosen = device.ready();
        requireDirectory(output);
        try (Scope scope = Scope.open()) {
            ModuleInputs in = ModuleInputs.read(weights, input, dtype, chosen, precision);
            Map<String, Tensor> outputs = new HashMap<>(module.forward(in));
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
}
