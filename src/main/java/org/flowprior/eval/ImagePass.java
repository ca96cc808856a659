package org.flowprior.eval;

import java.util.Optional;
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

/** One pass over the images, in which all that is asked for is gathered. */
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
     * @param network     null unless features are asked for
     * @param networkName for messages
     * @param autoencoder null unless reconstructions are asked for
     * @param lpips       null unless LPIPS is
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

    /** The sums over the generated images. */
    FeatureSums generated() {
        return generated;
    }

    /** The sums over the real images. */
    FeatureSums real() {
        return real;
    }

    /** The sums over the reconstructions: of the autoencoder, or the generated images themselves. */
    FeatureSums reconstructed() {
        return reconstructed.wanted() ? reconstructed : generated;
    }

    /** The sums over pairs. */
    PairSums pairs() {
        return pairs;
    }

    /** Statistics of the real images' features that were gathered, in the innermost scope. */
    StatisticsFile.Reference realStatistics() {
        return new StatisticsFile.Reference(plan.realPooled() ? real.pooled() : null,
                plan.realSpatial() ? real.spatial() : null);
    }

    /** Numbers of a feature vector; 0 without a network. */
    int dimension() {
        return Math.max(generated.dimension(), Math.max(real.dimension(), reconstructed.dimension()));
    }

    /**
     * Looks at all images that are needed, in a stream.
     *
     * @param made          the generated images, or null
     * @param originals     the real ones, or null
     * @param reference     what stands for statistics of the real ones, or null
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
                    step = step(next(made), next(originals));
                }
                if (reference != null) {
                    requireFitting(reference, referenceName);
                }
                requireAlike();
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

    private static Tensor next(ImageSet images) {
        Optional<Tensor> batch = images == null ? Optional.empty() : images.next();
        return batch.orElse(null);
    }

    /** Takes a batch of either set, or null if it has ended; returns the number of images. */
    private long step(Tensor made, Tensor originals) {
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
                FeatureOutputs outputs = network.of(images);
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
        int numbers = generated.dimension();
        if (numbers > 0 && plan.wants(Metric.FID) && numbers != reference.pooled().dimension()) {
            throw new RequestException(file + " is of features of " + reference.pooled().dimension() + " numbers, the "
                    + "network makes " + numbers + "; it was made by another network");
        }
        int places = generated.spatialDimension();
        if (places > 0 && reference.spatial() != null && places != reference.spatial().dimension()) {
            throw new RequestException(file + " is of spatial features of " + reference.spatial().dimension()
                    + " numbers, the network makes " + places + "; it was made by another network");
        }
    }

    /** A module may make more numbers of larger images. */
    private void requireAlike() {
        if (generated.dimension() > 0 && real.dimension() > 0 && generated.dimension() != real.dimension()) {
            throw new RequestException(networkName + " makes " + generated.dimension() + " numbers of a generated "
                    + "image, " + real.dimension() + " of a real one; --input-size gives both one size");
        }
    }

    @Override
    public void close() {
        generated.close();
        real.close();
        reconstructed.close();
    }
}
