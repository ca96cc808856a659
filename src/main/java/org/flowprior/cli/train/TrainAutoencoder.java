package org.flowprior.cli.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowprior.cli.common.RunOptions;
import org.flowprior.cli.common.TextTable;
import org.flowprior.config.RequestException;
import org.flowprior.train.TrainingResult;
import org.flowprior.train.autoencoder.AutoencoderTraining;
import org.flowprior.train.autoencoder.AutoencoderTrainingConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowprior train-autoencoder}: trains an autoencoder on images, with or without a flow prior. */
@Command(
        name = "train-autoencoder",
        sortOptions = false,
        description = {
            "Trains an autoencoder on images and writes it as autoencoder.safetensors, under the official keys. A "
                    + "flow prior pulls its latents towards the prior's distribution.",
            "Presets: quick (the default; a small network on synthetic images, minutes on two cores), quick-kl (smaller "
                    + "images and latents, for the quick generator), paper (the printed values of the aligned "
                    + "autoencoder, with official ones for those that are not printed), official (the values that the "
                    + "released code effectively uses for it), official-ae, official-kl and official-softvq (the same "
                    + "without a prior, with those bottlenecks). Only --prior tells the paper's four priors apart.",
            "With evaluation.bank, the feature bank on which the prior was trained, each evaluation also measures the "
                    + "distance of latent tokens to those features: the mean of log r_k, which the paper's Figure 4 "
                    + "compares with the alignment loss."},
        footerHeading = "%nExamples:%n",
        footer = {
            "  flowprior train-autoencoder --out runs/quick",
            "  flowprior train-autoencoder --prior runs/flow/prior.safetensors \\",
            "      --set loss.alignment.weight=0.01",
            "  flowprior train-autoencoder --prior runs/flow/prior.safetensors \\",
            "      --set loss.alignment.weight=0.01 --set evaluation.bank=bank \\",
            "      --set evaluation.every=100",
            "  flowprior train-autoencoder --config official --device cuda \\",
            "      --images imagenet/train --validation imagenet/val \\",
            "      --prior prior.safetensors --set model.encoder.weights=dinov2.safetensors \\",
            "      --set loss.perceptual.vgg=vgg16.pth --set loss.perceptual.heads=vgg.pth \\",
            "      --set loss.adversarial.backbone=dino.pth",
            "  flowprior train-autoencoder --resume --out runs/quick"})
public final class TrainAutoencoder extends TrainingCommand<AutoencoderTrainingConfig> {

    @Option(names = {"-i", "--images"}, paramLabel = "PATH",
            description = "the images to train on: a directory, a list of files, a .tar, a directory of those, or "
                    + "procedural:SIZE?seed=N&count=N for synthetic ones (default: the config's data.images)")
    private String images;

    @Option(names = "--validation", paramLabel = "PATH",
            description = "images to validate on, in the same forms (default: the config's data.validation; if that "
                    + "is empty, or a preset's drawn images and --images are not drawn, evaluation.images of the "
                    + "images, at most half, else a tenth, are held out)")
    private String validation;

    @Option(names = {"-p", "--prior"}, paramLabel = "FILE",
            description = "the flow prior to align with, as train-flow writes it or an official .pt (default: the "
                    + "config's loss.alignment.prior)")
    private String prior;

    @Mixin
    private RunOptions options;

    /** Makes the command. */
    public TrainAutoencoder() {
        super(new AutoencoderTraining());
    }

    @Override
    RunOptions options() {
        return options;
    }

    @Override
    List<String> assignments() {
        return options.assignments("data.images", images, "data.validation", validation, "loss.alignment.prior", prior);
    }

    @Override
    void requireNamed(AutoencoderTrainingConfig config) {
        if (config.data().images().isEmpty()) {
            throw new RequestException("train-autoencoder needs images: --images PATH names them, and "
                    + "--images procedural:" + config.model().imageSize() + " draws some");
        }
    }

    @Override
    String runName(AutoencoderTrainingConfig config) {
        return "autoencoder";
    }

    @Override
    List<List<String>> rows(AutoencoderTrainingConfig config, TrainingResult result) {
        Map<String, Double> measured = result.evaluation();
        List<List<String>> rows = new ArrayList<>();
        rows.add(TextTable.row("images trained on, validated on", "%d, %d", count(result, "trainingImages"),
                count(result, "validationImages")));
        if (count(result, "corruptImages") > 0) {
            rows.add(TextTable.row("corrupt images left out", "%d", count(result, "corruptImages")));
        }
        rows.add(TextTable.row("PSNR, SSIM", "%.2f dB, %.4f", measured.get("psnr"), measured.get("ssim")));
        if (measured.containsKey("alignment")) {
            rows.add(TextTable.row("alignment loss, mean over channels", "%.4f", measured.get("alignment")));
        }
        if (measured.containsKey("meanLogDistance")) {
            rows.add(TextTable.row("mean log r_%.0f of %.0f latent tokens".formatted(measured.get("k"),
                    measured.get("points")), "%.4f", measured.get("meanLogDistance")));
        }
        rows.add(TextTable.row("time", "%.0f s", result.seconds()));
        rows.add(TextTable.row("autoencoder", "%s", result.file()));
        return rows;
    }
}
