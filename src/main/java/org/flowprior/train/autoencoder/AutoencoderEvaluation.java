package org.flowprior.train.autoencoder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.data.ImageGrid;
import org.flowprior.eval.ImageQuality;
import org.flowprior.flow.AlignmentLoss;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.train.MetricLog;

/**
 * Evaluates an autoencoder on images that it was not trained on, always the same ones with the same draws: PSNR and
 * SSIM of reconstructions rounded to 8 bits, and their mean squared difference; with a prior, the alignment loss,
 * unweighted and a mean over channels; with a bank of the prior's features, the mean log distance of latent tokens to
 * them. A random bottleneck gives its mean latents.
 */
final class AutoencoderEvaluation {

    /** The metric of the alignment loss. */
    static final String ALIGNMENT = "alignment";

    private final AutoencoderTrainingConfig config;
    private final Device device;
    private final AutoencoderData data;
    private final Path run;
    private final MetricLog log;

    /** Makes an evaluation that writes grids of originals and reconstructions into a run directory and to a log. */
    AutoencoderEvaluation(AutoencoderTrainingConfig config, AutoencoderData data, Path run, MetricLog log) {
        this.config = config;
        this.device = Device.of(config.device());
        this.data = data;
        this.run = run;
        this.log = log;
    }

    /** The sums over the images so far. */
    private final class Sums {

        private final ImageQuality quality = new ImageQuality(ImageQuality.Convention.STANDARD);
        private final List<Tensor> originals = new ArrayList<>();
        private final List<Tensor> reconstructions = new ArrayList<>();
        /** Null without a bank. */
        private final LatentDistances distances;
        private long images;
        private long shown;
        private double squares;
        private double alignment;

        Sums(LatentDistances distances) {
            this.distances = distances;
        }

        void show(Tensor batch, Tensor made) {
            long count = Math.min(batch.size(0), config.evaluation().shown() - shown);
            if (count > 0) {
                originals.add(batch.narrow(0, 0, count).clone().moveOutward());
                reconstructions.add(made.narrow(0, 0, count).clone().moveOutward());
                shown += count;
            }
        }
    }

    /** Measures the current networks. Does not change them. */
    Map<String, Double> of(AutoencoderNetworks networks, long step) {
        Autoencoder autoencoder = networks.autoencoder();
        autoencoder.eval();
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad();
                Generator draws = Generator.on(device).manualSeed(Seeds.derive(config.seed(), "evaluation.path"));
                AlignmentLoss alignment = networks.prior() == null ? null : AlignmentLoss.of(networks.prior().model(),
                        AlignmentLoss.Options.DEFAULT.withFlowMul(config.loss().alignment().flowMul()))) {
            Sums sums = new Sums(config.evaluation().bank().isEmpty() ? null
                    : new LatentDistances(config, networks.prior(), data.validationImages()));
            data.validate(images -> add(sums, autoencoder, alignment, images, draws));
            if (sums.shown > 0) {
                write(sums, step);
            }
            return measured(sums, alignment != null);
        } finally {
            autoencoder.train();
        }
    }

    private void add(Sums sums, Autoencoder autoencoder, AlignmentLoss alignment, Tensor images, Generator draws) {
        long count = images.size(0);
        Tensor latents = config.precision().compute(device, () -> autoencoder.encode(images));
        Tensor made = config.precision().compute(device, () -> autoencoder.decode(latents)).to(DType.FLOAT32);
        sums.quality.add(images, made);
        sums.squares += Functional.mseLoss(made, images).item() * count;
        if (alignment != null) {
            sums.alignment += config.precision().compute(device, () -> alignment.loss(latents.to(DType.FLOAT32), draws))
                    .item() * count;
        }
        if (sums.distances != null) {
            sums.distances.add(latents);
        }
        sums.images += count;
        sums.show(images, made);
    }

    private static Map<String, Double> measured(Sums sums, boolean aligned) {
        Map<String, Double> measured = new LinkedHashMap<>();
        measured.put("psnr", sums.quality.psnr());
        measured.put("ssim", sums.quality.ssim());
        measured.put("reconstruction", sums.squares / sums.images);
        if (aligned) {
            measured.put(ALIGNMENT, sums.alignment / sums.images);
        }
        if (sums.distances != null) {
            measured.putAll(sums.distances.measured());
        }
        return measured;
    }

    private void write(Sums sums, long step) {
        try {
            Path file = Files.createDirectories(run.resolve("images")).resolve("step-%08d.png".formatted(step));
            ImageGrid.write(file, Torch.cat(sums.originals, 0), Torch.cat(sums.reconstructions, 0));
            log.image("evaluation/reconstructions", step, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
