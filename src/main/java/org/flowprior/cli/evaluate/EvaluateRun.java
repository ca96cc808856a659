package org.flowprior.cli.evaluate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.config.RequestException;
import org.flowprior.console.Console;
import org.flowprior.console.Progress;
import org.flowprior.data.Pixels;
import org.flowprior.eval.FeatureNetwork;
import org.flowprior.eval.FeatureOutputs;
import org.flowprior.eval.StatisticsFile;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** One pass over the images, in which all that is asked for is gathered. */
final class EvaluateRun implements AutoCloseable {

    private final EvaluatePlan plan;
    private final FeatureNetwork network;
    private final Path networkFile;
    private final Autoencoder autoencoder;
    private final EvaluatePairs pairs;
    private final Device device;
    private final EvaluateSums generated;
    private final EvaluateSums real;
    private final EvaluateSums reconstructed;

    /**
     * A run that takes the pairs over; network and autoencoder stay their owner's.
     *
     * @param network     null where no features are asked for
     * @param networkFile for messages
     * @param autoencoder null where no reconstructions are
     */
    EvaluateRun(EvaluatePlan plan, FeatureNetwork network, Path networkFile, Autoencoder autoencoder,
            EvaluatePairs pairs, Device device) {
        this.plan = plan;
        this.network = network;
        this.networkFile = networkFile;
        this.autoencoder = autoencoder;
        this.pairs = pairs;
        this.device = device;
        boolean files = plan.wants(EvaluateMetric.RFID) && !plan.autoencoder();
        generated = new EvaluateSums(new EvaluateSums.Kept(plan.wants(EvaluateMetric.FID) || files,
                plan.wants(EvaluateMetric.SFID), plan.wants(EvaluateMetric.PR), plan.wants(EvaluateMetric.IS)));
        real = new EvaluateSums(new EvaluateSums.Kept(plan.realPooled(), plan.realSpatial(),
                plan.wants(EvaluateMetric.PR), false));
        reconstructed = new EvaluateSums(new EvaluateSums.Kept(plan.wants(EvaluateMetric.RFID) && !files, false, false,
                false));
    }

    /** The sums over the generated images, for their owner to read. */
    EvaluateSums generated() {
        return generated;
    }

    /** The sums over the real images. */
    EvaluateSums real() {
        return real;
    }

    /** What a Fréchet distance of reconstructions is of. */
    EvaluateSums reconstructed() {
        return reconstructed.wanted() ? reconstructed : generated;
    }

    /** The sums over pairs. */
    EvaluatePairs pairs() {
        return pairs;
    }

    /** The features' numbers; 0 where there are none. */
    int dimension() {
        return Math.max(generated.dimension(), Math.max(real.dimension(), reconstructed.dimension()));
    }

    /**
     * Looks at all images that are needed, in a stream.
     *
     * @param made      the generated images, or null
     * @param originals the real ones, or null
     * @param reference what stands for statistics of the real ones, or null
     */
    void pass(EvaluateImages made, EvaluateImages originals, StatisticsFile.Reference reference, Path referenceFile,
            Console console) {
        long total = (made == null ? 0 : made.count()) + (originals == null ? 0 : originals.count());
        try (Progress progress = console.progress("images", total, 0); NoGrad noGrad = new NoGrad()) {
            long done = 0;
            long step = 1;
            while (step > 0) {
                try (Scope scope = Scope.open()) {
                    step = step(next(made), next(originals));
                }
                if (reference != null) {
                    requireFitting(reference, referenceFile);
                }
                requireAlike();
                done += step;
                progress.step(done);
            }
        }
    }

    private static Tensor next(EvaluateImages images) {
        Optional<Tensor> batch = images == null ? Optional.empty() : images.next();
        return batch.orElse(null);
    }

    /** Takes a batch of either set, or null where it has ended; returns the number of images. */
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

    private void add(EvaluateSums sums, Tensor images) {
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
            throw new RequestException(networkFile + " makes " + what + " of the images that are not finite");
        }
    }

    private Tensor reconstruct(Tensor levels) {
        return Scope.returning(() -> {
            Tensor images = Pixels.values(levels.to(device, DType.UINT8));
            return Pixels.levels(autoencoder.decode(autoencoder.encode(images)));
        });
    }

    private void requireFitting(StatisticsFile.Reference reference, Path file) {
        int numbers = generated.dimension();
        if (numbers > 0 && plan.wants(EvaluateMetric.FID) && numbers != reference.pooled().dimension()) {
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
            throw new RequestException(networkFile + " makes " + generated.dimension() + " numbers of a generated "
                    + "image, " + real.dimension() + " of a real one; --input-size gives both one size");
        }
    }

    @Override
    public void close() {
        generated.close();
        real.close();
        reconstructed.close();
        pairs.close();
    }
}
