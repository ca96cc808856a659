package org.flowprior.cli.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flowprior.cli.common.RunOptions;
import org.flowprior.cli.common.TextTable;
import org.flowprior.config.RequestException;
import org.flowprior.train.TrainingResult;
import org.flowprior.train.mar.MarModelConfig;
import org.flowprior.train.mar.MarTraining;
import org.flowprior.train.mar.MarTrainingConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowprior train-mar}: trains the generator on cached latents. */
@Command(
        name = "train-mar",
        sortOptions = false,
        description = {
            "Trains a masked autoregressive generator on the latents that encode has cached, and writes it with "
                    + "averaged weights, the official keys and the latents' scaling as mar.safetensors.",
            "Presets: quick (the default; a small network, minutes on two cores), paper (the printed values, with "
                    + "official ones for those that are not printed) and official (the values that the released code "
                    + "effectively uses). Both are MAR-B with a flow head. The released code says that it skips a step "
                    + "whose loss is not finite, but takes it; here the run ends and the last checkpoint stays."},
        footerHeading = "%nExamples:%n",
        footer = {
            "  flowprior train-mar --cache caches/drawn --out runs/mar",
            "  flowprior train-mar --cache caches/imagenet --config paper --size large \\",
            "      --device cuda",
            "  flowprior train-mar --cache caches/imagenet --config official \\",
            "      --set training.accumulation=8 --set training.checkpointing=true \\",
            "      --device cuda",
            "  flowprior train-mar --cache caches/drawn --set model.head.kind=diffusion",
            "  flowprior train-mar --resume --out runs/mar"})
public final class TrainMar extends TrainingCommand<MarTrainingConfig> {

    @Option(names = {"-l", "--cache"}, paramLabel = "DIR",
            description = "the latents to train on, cached by the command encode (default: the config's "
                    + "data.cache)")
    private Path cache;

    @Option(names = "--size", paramLabel = "NAME",
            description = "base, large or huge: the published sizes with their heads (default: the config's)")
    private MarModelConfig.Size size;

    @Mixin
    private RunOptions options;

    /** Makes the command. */
    public TrainMar() {
        super(new MarTraining());
    }

    @Override
    RunOptions options() {
        return options;
    }

    /** Puts the size before {@code --set}, which may change parts of it. */
    @Override
    List<String> assignments() {
        List<String> all = new ArrayList<>(size == null ? List.of() : size.assignments());
        all.addAll(options.assignments("data.cache", cache));
        return all;
    }

    @Override
    void requireNamed(MarTrainingConfig config) {
        if (config.data().cache().isEmpty()) {
            throw new RequestException("train-mar needs a latent cache: --cache DIR names it, and flowprior encode "
                    + "makes one");
        }
    }

    @Override
    String runName(MarTrainingConfig config) {
        if (config.data().cache().isEmpty()) {
            throw new RequestException("--resume needs the run's directory: --out DIR names it, or --cache DIR the "
                    + "latents");
        }
        return "mar-" + Path.of(config.data().cache()).getFileName();
    }

    @Override
    List<List<String>> rows(MarTrainingConfig config, TrainingResult result) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(TextTable.row("images trained on, held out", "%d, %d", count(result, "trainingImages"),
                count(result, "heldOutImages")));
        if (result.evaluation().containsKey("heldOutLoss")) {
            rows.add(TextTable.row("loss on held-out images, mean over channels", "%.4f",
                    result.evaluation().get("heldOutLoss")));
        }
        rows.add(TextTable.row("time", "%.0f s", result.seconds()));
        rows.add(TextTable.row("generator", "%s", result.file()));
        return rows;
    }
}
