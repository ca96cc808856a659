package org.flowprior.cli.forward;

import static org.flowprior.cli.forward.ForwardModule.Numbers.FLOAT32;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;

/** {@code flowprior forward MODULE}: one module on tensors from a file. */
@Command(
        name = "forward",
        description = {
            "Runs one module on tensors from a file: the way to check a checkpoint against another implementation.",
            "Each module's --help lists its inputs, outputs and config."},
        synopsisSubcommandLabel = "MODULE",
        commandListHeading = "%nModules:%n",
        modelTransformer = Forward.Modules.class)
public final class Forward implements Runnable {

    /** Adds a subcommand for each module. */
    static final class Modules implements IModelTransformer {

        static final List<ForwardModule> ALL = List.of(
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

        @Override
        public CommandSpec transform(CommandSpec spec) {
            ALL.stream().map(ModuleCommand::of).forEach(module -> spec.addSubcommand(module.name(), module));
            return spec;
        }
    }

    @CommandLine.Spec
    private CommandSpec spec;

    /** Without a module there is nothing to run. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "forward needs a module: "
                + String.join(", ", spec.subcommands().keySet()));
    }
}
