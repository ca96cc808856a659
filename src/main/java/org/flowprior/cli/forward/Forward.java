package org.flowprior.cli.forward;

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

    /** All modules. */
    static final List<Class<? extends ForwardModule>> MODULES = List.of(
            FlowModules.VelocityMlp.class, FlowModules.Alignment.class, FlowModules.Likelihood.class,
            AutoencoderModules.VitEncoder.class, AutoencoderModules.VitDecoder.class,
            AutoencoderModules.Whole.class, AutoencoderLossModule.class,
            BottleneckModules.None.class, BottleneckModules.Kl.class, BottleneckModules.SoftVq.class,
            BottleneckModules.Vq.class,
            VisionModules.VggFeatures.class, VisionModules.LpipsDistance.class,
            VisionModules.InceptionFeatures.class,
            DiscriminatorModules.Dino.class, DiscriminatorModules.PatchGan.class,
            DiscriminatorModules.StyleGan.class, DiscriminatorModules.MaskBit.class, DiffAugmentModule.class,
            MarModules.Transformers.class, FlowHeadModules.Velocities.class, FlowHeadModules.Sampling.class,
            MarModules.Sampling.class);

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
