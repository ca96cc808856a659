package org.flowprior.cli;

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
            ForwardVelocityMlp.class, ForwardAlignmentLoss.class, ForwardLogLikelihood.class,
            ForwardVitEncoder.class, ForwardVitDecoder.class, ForwardAutoencoder.class, ForwardAutoencoderLoss.class,
            ForwardBottleneckNone.class, ForwardBottleneckKl.class, ForwardBottleneckSoftVq.class,
            ForwardBottleneckVq.class, ForwardVgg16.class, ForwardLpips.class, ForwardInception.class,
            ForwardDinoDiscriminator.class,
            ForwardPatchGan.class, ForwardStyleGan.class, ForwardMaskBit.class, ForwardDiffAugment.class,
            ForwardMar.class, ForwardFlowHead.class, ForwardFlowHeadSample.class, ForwardMarSample.class})
final class Forward implements Runnable {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    /** Without a module there is nothing to run. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "forward needs a module: "
                + String.join(", ", spec.subcommands().keySet()));
    }
}
