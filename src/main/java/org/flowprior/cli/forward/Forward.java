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
            VelocityMlpCommand.class, AlignmentLossCommand.class, LogLikelihoodCommand.class,
            VitEncoderCommand.class, VitDecoderCommand.class, AutoencoderCommand.class, AutoencoderLossCommand.class,
            BottleneckNoneCommand.class, BottleneckKlCommand.class, BottleneckSoftVqCommand.class,
            BottleneckVqCommand.class, Vgg16Command.class, LpipsCommand.class, InceptionCommand.class,
            DinoDiscriminatorCommand.class,
            PatchGanCommand.class, StyleGanCommand.class, MaskBitCommand.class, DiffAugmentCommand.class,
            MarCommand.class, FlowHeadCommand.class, FlowHeadSampleCommand.class, MarSampleCommand.class})
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
