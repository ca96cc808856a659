package org.flowprior.cli.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.flowprior.cli.common.RunOptions;
import org.flowprior.cli.common.TextTable;
import org.flowprior.config.RequestException;
import org.flowprior.train.TrainingResult;
import org.flowprior.train.flow.FlowTraining;
import org.flowprior.train.flow.FlowTrainingConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowprior train-flow}: trains a flow prior on a feature bank. */
@Command(
        name = "train-flow",
        sortOptions = false,
        description = {
            "Trains a flow on the features of a bank, scaled and projected, and writes it as prior.safetensors, a "
                    + "prior to align latents with.",
            "Presets: quick (the default; a small network, minutes on two cores), paper (the printed values, with "
                    + "official ones for those that are not printed) and official (the values that the released code "
                    + "effectively uses; its seeding, which gives all processes the same rows and noise, is not "
                    + "copied)."},
        footerHeading = "%nExamples:%n",
        footer = {
            "  flowprior train-flow --bank banks/qwen",
            "  flowprior train-flow --bank banks/qwen --config paper --device cuda \\",
            "      --out runs/qwen",
            "  flowprior train-flow --bank banks/vq --set projection.kind=none \\",
            "      --set training.steps=5000",
            "  flowprior train-flow --resume --out runs/qwen"})
public final class TrainFlow extends TrainingCommand<FlowTrainingConfig> {

    @Option(names = {"-b", "--bank"}, paramLabel = "DIR",
            description = "the feature bank to train on, made by the command features (default: the config's "
                    + "data.bank)")
    private Path bank;

    @Mixin
    private RunOptions options;

    /** Makes the command. */
    public TrainFlow() {
        super(new FlowTraining());
    }

    @Override
    RunOptions options() {
        return options;
    }

    @Override
    List<String> assignments() {
        return options.assignments("data.bank", bank);
    }

    @Override
    void requireNamed(FlowTrainingConfig config) {
        if (config.data().bank().isEmpty()) {
            throw new RequestException("train-flow needs a feature bank: --bank DIR names it, and flowprior features "
                    + "makes one");
        }
    }

    @Override
    String runName(FlowTrainingConfig config) {
        if (config.data().bank().isEmpty()) {
            throw new RequestException("--resume needs the run's directory: --out DIR names it, or --bank DIR the "
                    + "bank");
        }
        return "flow-" + Path.of(config.data().bank()).getFileName();
    }

    @Override
    List<List<String>> rows(FlowTrainingConfig config, TrainingResult result) {
        Map<String, Double> measured = result.evaluation();
        return List.of(
                TextTable.row("rows trained on, held out", "%d, %d", count(result, "trainingRows"),
                        count(result, "heldOutRows")),
                TextTable.row("loss on held-out rows, mean over channels", "%.4f", measured.get("heldOutLoss")),
                TextTable.row("sliced Wasserstein, samples and data", "%.4f, %.4f", measured.get("slicedWasserstein"),
                        measured.get("dataSlicedWasserstein")),
                TextTable.row("mean log r_" + config.evaluation().neighbour() + ", samples and data", "%.4f, %.4f",
                        measured.get("logRadius"), measured.get("dataLogRadius")),
                TextTable.row("time", "%.0f s", result.seconds()),
                TextTable.row("prior", "%s", result.file()));
    }
}
