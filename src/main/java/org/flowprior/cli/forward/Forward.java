package org.flowprior.cli.forward;

import static org.flowprior.cli.forward.ForwardModule.Numbers.FLOAT32;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** {@code flowprior forward MODULE}: runs one module on tensors from a file. */
@Command(
        name = "forward",
        description = {
            "Runs one module on tensors from a file: the way to check a checkpoint against another implementation.",
            "Each module's --help lists its inputs, outputs and config."},
        synopsisSubcommandLabel = "MODULE",
        commandListHeading = "%nModules:%n")
public final class Forward implements Runnable {

    /** All modules with their defaults. */
    static final List<ForwardModule> MODULES = List.of(
            new FlowModules.VelocityMlp(FLOAT32), new FlowModules.Alignment(), new FlowModules.Likelihood(),
            new AutoencoderModules.VitEncoder(FLOAT32), new AutoencoderModules.VitDecoder(FLOAT32),
            new AutoencoderModules.Whole(), new AutoencoderLossModule(),
            new BottleneckModules.None(), new BottleneckModules.Kl(), new BottleneckModules.SoftVq(),
            new BottleneckModules.Vq(),
            new VisionModules.VggFeatures(FLOAT32), new VisionModules.LpipsDistance(),
            new VisionModules.InceptionFeatures(FLOAT32),
            new DiscriminatorModules.Dino(), new DiscriminatorModules.PatchGan(),
            new DiscriminatorModules.StyleGan(), new DiscriminatorModules.MaskBit(FLOAT32), new DiffAugmentModule(),
            new MarModules.Transformers(), new FlowHeadModules.Velocities(FLOAT32), new FlowHeadModules.Sampling(),
            new MarModules.Sampling());

    private CommandSpec spec;

    /** Adds a subcommand for each module; before this command has a parent, so that all inherit the same options. */
    @CommandLine.Spec
    void addModules(CommandSpec forward) {
        spec = forward;
        MODULES.stream().map(ModuleCommand::of).forEach(module -> forward.addSubcommand(module.name(), module));
    }

    /** Refuses a command line without a module. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "forward needs a module: "
                + String.join(", ", spec.subcommands().keySet()));
    }
}
