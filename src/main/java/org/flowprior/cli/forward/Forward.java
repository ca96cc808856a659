package org.flowprior.cli.forward;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code flowprior forward MODULE}: one module on tensors from a file. */
@Command(
        name = "forward",
        description = {
            "Runs one module on tensors from a file: the way to check a checkpoint against another implementation.",
            "Each module's --help lists its inputs, outputs and config."},
        synopsisSubcommandLabel = "MODULE",
        commandListHeading = "%nModules:%n",
        subcommands = {
            FlowCommands.VelocityMlp.class, FlowCommands.Alignment.class, FlowCommands.Likelihood.class,
            AutoencoderCommands.VitEncoder.class, AutoencoderCommands.VitDecoder.class,
            AutoencoderCommands.Whole.class, AutoencoderLossCommand.class,
            BottleneckCommands.None.class, BottleneckCommands.Kl.class, BottleneckCommands.SoftVq.class,
            BottleneckCommands.Vq.class,
            VisionCommands.VggFeatures.class, VisionCommands.LpipsDistance.class, VisionCommands.InceptionFeatures.class,
            DiscriminatorCommands.Dino.class, DiscriminatorCommands.PatchGan.class,
            DiscriminatorCommands.StyleGan.class, DiscriminatorCommands.MaskBit.class, DiffAugmentCommand.class,
            MarCommands.Transformers.class, FlowHeadCommands.Velocities.class, FlowHeadCommands.Sampling.class,
            MarCommands.Sampling.class})
public final class Forward implements Runnable {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    /** Without a module there is nothing to run. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "forward needs a module: "
                + String.join(", ", spec.subcommands().keySet()));
    }
}
