package org.flowprior.eval;

import java.util.ArrayList;
import java.util.List;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.Lpips;
import org.flowprior.config.RequestException;
import org.flowprior.console.Console;
import org.flowprior.console.Progress;
import org.flowprior.data.Pixels;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** One pass over the images, which sums what the plan needs, and the numbers that follow from the sums. */
final class ImagePass implements AutoCloseable {

    private final EvaluationPlan plan;
    private final FeatureNetwork network;
    private final String networkName;
    private final Autoencoder autoencoder;
    private final Device device;
    private final PairSums pairs;
    private final FeatureSums generated;
    private final FeatureSums real;
    private final FeatureSums reconstructed;

    /**
     * A pass before its start; all networks stay their owner's.
     *
     * @param network     null unless the plan needs features
     * @param networkName for messages
     * @param autoencoder null unless the plan needs reconstructions
     * @param lpips       null unless the plan has LPIPS
     */
    ImagePass(EvaluationPlan plan, FeatureNetwork network, String networkName, Autoencoder autoencoder, Lpips lpips,
            Device device) {
        this.plan = plan;
        this.network = network;
        this.networkName = networkName;
        this.autoencoder = autoencoder;
        this.device = device;
        pairs = new PairSums(plan.metrics(), lpips, device);
        generated = new FeatureSums(plan.generatedPooled(), plan.wants(Metric.SFID), plan.wants(Metric.PR),
                plan.wants(Metric.IS));
        real = new FeatureSums(plan.realPooled(), plan.realSpatial(), plan.wants(Metric.PR), false);
        reconstructed = new FeatureSums(plan.reconstructedPooled(), false, false, false);
    }

    /** Returns the statistics of the real images' features that the plan needs, in the innermost scope. */
    StatisticsFile.Reference realStatistics() {
        return new StatisticsFile.Reference(real.pooled(), real.spatial());
    }

    /** Returns the length of a feature vector; 0 without a network. */
    int dimension() {
        return Math.max(generated.dimension(), Math.max(real.dimension(), reconstructed.dimension()));
    }

    /**
     * Reads all images that the plan needs, batch by batch.
     *
     * @param made          the generated images, or null
     * @param originals     the real ones, or null
     * @param reference     statistics in place of the real images', or null
     * @param referenceName for messages
     */
    void over(ImageSet made, ImageSet originals, StatisticsFile.Reference reference, String referenceName,
            Console console) {
        long total = begin(made) + begin(originals);
        try (Progress progress = console.progress("images", total, 0); NoGrad noGrad = new NoGrad()) {
            long done = 0;
            long step = 1;
            while (step > 0) {
                try (Scope scope = Scope.open()) {
                    step = add(made == null ? null : made.next(), originals == null ? null : originals.next());
                }
                if (reference != null) {
                    requireFitting(reference, referenceName);
                }
                requireEqualDimensions();
                done += step;
                progress.step(done);
            }
        }
    }

    /** Goes to the first image; returns the number of images. */
    private static long begin(ImageSet images) {
        if (images == null) {
            return 0;
        }
        images.rewind();
        return images.count();
    }

    /** Adds a batch of either set, null after the last; returns the number of images. */
    private long add(Tensor made, Tensor originals) {
        long images = 0;
        if (originals != null) {
            add(real, originals);
            if (autoencoder != null) {
                Tensor copies = reconstruct(originals);
                add(reconstructed, copies);
                pairs.add(originals, copies);
            }
            images += originals.size(0);
        }
        if (made != null) {
            add(generated, made);
            images += made.size(0);
        }
        if (originals != null && made != null && plan.pairsGenerated()) {
            pairs.add(originals, made);
        }
        return images;
    }

    private void add(FeatureSums sums, Tensor images) {
        if (sums.wanted()) {
            try (Scope scope = Scope.open()) {
                FeatureNetwork.Outputs outputs = network.of(images);
                requireFinite(outputs.features(), "features");
                requireFinite(outputs.spatial(), "spatial features");
                requireFinite(outputs.logits(), "logits");
                sums.add(outputs);
            }
        }
    }

    private void requireFinite(Tensor made, String what) {
        if (made != null && made.isfinite().all().item() == 0) {
            throw new RequestException(networkName + " makes " + what + " of the images that are not finite");
        }
    }

    private Tensor reconstruct(Tensor levels) {
        return Scope.returning(() -> {
            Tensor images = Pixels.values(levels.to(device, DType.UINT8));
            return Pixels.levels(autoencoder.decode(autoencoder.encode(images)));
        });
    }

    private void requireFitting(StatisticsFile.Reference reference, String file) {
        int length = generated.dimension();
        if (length > 0 && plan.wants(Metric.FID) && length != reference.pooled().dimension()) {
            throw new RequestException(file + " is of features of " + reference.pooled().dimension() + " numbers, the "
                    + "network makes " + length + "; it was made by another network");
        }
        int spatial = generated.spatialDimension();
        if (spatial > 0 && reference.spatial() != null && spatial != reference.spatial().dimension()) {
            throw new RequestException(file + " is of spatial features of " + reference.spatial().dimension()
                    + " numbers, the network makes " + spatial + "; it was made by another network");
        }
    }

    /** A module may make more numbers of larger images. */
    private void requireEqualDimensions() {
        if (generated.dimension() > 0 && real.dimension() > 0 && generated.dimension() != real.dimension()) {
            throw new RequestException(networkName + " makes " + generated.dimension() + " numbers of a generated "
                    + "image, " + real.dimension() + " of a real one; --input-size gives both one size");
        }
    }

    /**
     * Computes the numbers of the plan's metrics, in their order.
     *
     * @param reference statistics of the real images
     * @param notes     gets notes about the numbers
     */
    List<EvaluationResult.Measure> measures(StatisticsFile.Reference reference, EvaluationConvention convention, int k,
            List<String> notes) {
        List<EvaluationResult.Measure> measures = new ArrayList<>();
        if (plan.wants(Metric.FID)) {
            measures.add(frechet("fid", "FID", generated.pooled(), reference.pooled(), notes));
        }
        if (plan.wants(Metric.SFID)) {
            measures.add(measure("sfid", "sFID", FrechetDistance.of(generated.spatial(), reference.spatial())));
        }
        if (plan.wants(Metric.IS)) {
            InceptionScore.Result score = InceptionScore.of(generated.logits(), convention.inceptionScore());
            measures.add(measure("inceptionScore", "Inception score", score.mean()));
            measures.add(new EvaluationResult.Measure("inceptionScoreDeviation", "its deviation over parts",
                    score.deviation()));
        }
        if (plan.wants(Metric.PR)) {
            PrecisionRecall.Result found = PrecisionRecall.of(generated.features(), real.features(), k,
                    convention.precisionRecall());
            measures.add(measure("precision", "precision", found.precision()));
            measures.add(measure("recall", "recall", found.recall()));
            measures.add(measure("fScore", "F score", found.fScore()));
        }
        if (plan.wants(Metric.RFID)) {
            FeatureSums made = reconstructed.wanted() ? reconstructed : generated;
            measures.add(frechet("rfid", "rFID", made.pooled(), real.pooled(), notes));
        }
        pairs.measure(measures, notes);
        return measures;
    }

    private EvaluationResult.Measure measure(String key, String name, double value) {
        boolean published = network == null || network.isInception();
        return new EvaluationResult.Measure(key, published ? name : name + " of " + network.label(), value);
    }

    private EvaluationResult.Measure frechet(String key, String name, GaussianStatistics made, GaussianStatistics real,
            List<String> notes) {
        EvaluationResult.Measure distance = measure(key, name, FrechetDistance.of(made, real));
        if (made.count() <= made.dimension()) {
            notes.add(name + ": " + made.count() + " images have no full covariance of " + made.dimension()
                    + " features; the number falls with more images");
        }
        return distance;
    }

    @Override
    public void close() {
        generated.close();
        real.close();
        reconstructed.close();
    }
}
