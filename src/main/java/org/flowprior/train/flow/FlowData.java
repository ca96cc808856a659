package org.flowprior.train.flow;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.flowprior.config.RequestException;
import org.flowprior.console.Console;
import org.flowprior.data.RandomRows;
import org.flowprior.target.AveragePooling;
import org.flowprior.target.FeatureBank;
import org.flowprior.target.IdentityProjection;
import org.flowprior.target.PrincipalComponents;
import org.flowprior.target.Projection;
import org.flowprior.target.RandomProjection;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.data.DataLoader;
import org.flowprior.torch.data.DataLoaderOptions;
import org.flowprior.torch.data.Dataset;
import org.flowprior.torch.data.Sampler;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.train.RowSplit;

/**
 * The target features that the flow learns: rows of a bank, scaled and projected. Batches are drawn uniformly and
 * independently, so the state of a generator is the position in the data. They never have held-out rows.
 */
final class FlowData implements AutoCloseable {

    static final String FILE = "projection.safetensors";
    private static final String SCALING = "scaling";
    private static final long BLOCK = 16_384;
    private static final long CHECKED_ROWS = 65_536;

    private final FlowTrainingConfig config;
    private final Device device;
    private final FeatureBank bank;
    /** The bank for evaluation; null: held-out rows of {@link #bank}. */
    private final FeatureBank validation;
    private final RowSplit split;
    private double scaling;
    private Projection projection;
    /** All training targets on the device, or null. */
    private Tensor cached;

    private FlowData(FlowTrainingConfig config, FeatureBank bank) {
        this.config = config;
        this.device = Device.of(config.device());
        this.bank = bank;
        String other = config.data().validationBank();
        this.split = RowSplit.holdingOut(new RowSplit.Whole(bank.directory(), bank.rows(), "rows",
                "a data.validationBank", 2), other.isEmpty() ? config.evaluation().rows() : 0,
                Seeds.derive(config.seed(), "flow.heldOut"));
        this.validation = other.isEmpty() ? null : openValidationBank(Path.of(other));
    }

    private FeatureBank openValidationBank(Path directory) {
        FeatureBank other = FeatureBank.open(directory);
        if (other.dimension() == bank.dimension()) {
            return other;
        }
        other.close();
        throw new RequestException(other.directory() + " has features of " + other.dimension() + " channels, "
                + bank.directory() + " of " + bank.dimension() + ": they cannot be compared");
    }

    /**
     * Opens the config's banks. Does not read features yet.
     *
     * @throws RequestException         if a bank is too small, or the two cannot be compared
     * @throws IllegalArgumentException if a directory is not a bank
     */
    static FlowData open(FlowTrainingConfig config) {
        if (config.data().bank().isEmpty()) {
            throw new RequestException("the config names no feature bank (data.bank); --bank DIR names it");
        }
        FeatureBank bank = FeatureBank.open(Path.of(config.data().bank()));
        try {
            return new FlowData(config, bank);
        } catch (RuntimeException e) {
            bank.close();
            throw e;
        }
    }

    /** Checks before a run begins that the bank's features can be projected as the config says. */
    void requireFitting() {
        if (config.projection().kind() == FlowTrainingConfig.ProjectionKind.PCA) {
            requireComponents();
        } else {
            projection = newProjection();
        }
    }

    private void requireComponents() {
        if (config.projection().dimension() > bank.dimension()) {
            throw new RequestException(bank.directory() + ": features of " + bank.dimension() + " channels have no "
                    + config.projection().dimension() + " principal components; lower projection.dimension");
        }
    }

    /**
     * Prepares the projection and, if they fit, the targets on the device. Returns this.
     *
     * @param file    the file of projection and scaling for a resumed run: read if it exists, else written
     * @param console shows warnings about the targets
     * @throws RequestException if a feature is not finite
     */
    FlowData prepare(Path file, Console console) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            if (Files.exists(file)) {
                readProjection(file);
            } else {
                makeProjection();
                writeProjection(file);
            }
            TargetWarnings.say(console, bank.statistics(), training(CHECKED_ROWS, "checked"),
                    config.projection().kind());
            fillCache();
            return this;
        }
    }

    // ---- what training reads ---------------------------------------------------------------------------------------

    /** Returns D, the number of channels after the projection. */
    int dimension() {
        return projection.outputs();
    }

    /** Returns the factor of features before the projection. */
    double scaling() {
        return scaling;
    }

    /** Returns the projection of scaled features to targets. */
    Projection projection() {
        return projection;
    }

    /** Returns the bank with the training rows. */
    FeatureBank bank() {
        return bank;
    }

    /** Returns the number of training rows. */
    long trainingRows() {
        return split.training();
    }

    /** Returns the bank's rows that are not training rows. */
    long[] heldOutRows() {
        return split.heldOut();
    }

    /** Returns whether all training targets are on the device. */
    boolean isCached() {
        return cached != null;
    }

    /**
     * Returns a loader of targets of training rows drawn uniformly, with replacement: float32 [count, D] on the device.
     * It has no position of its own: the states of the generators are the position, so it never draws ahead.
     *
     * @param rows     generator of the rows, on the CPU
     * @param features generator of features of rows that are distributions, on the CPU
     */
    DataLoader<Long, Tensor> batches(int count, Generator rows, Generator features) {
        return new DataLoader<>(Dataset.range(split.training()), DataLoaderOptions.DEFAULTS
                .withBatchSampler(new Draws(split.training(), count, rows)), numbers -> batch(numbers, features));
    }

    private Tensor batch(List<Long> items, Generator features) {
        long[] numbers = items.stream().mapToLong(Long::longValue).toArray();
        try (NoGrad noGrad = new NoGrad()) {
            return cached != null ? cached.indexSelect(0, Tensor.of(numbers).to(null, device))
                    : targets(bank, split.rows(numbers), features);
        }
    }

    /** Rows without end, those of a batch in one draw. */
    private record Draws(long rows, int count, Generator generator) implements Sampler<long[]> {

        @Override
        public Iterator<long[]> pass(long number, Supplier<Generator> random) {
            return Stream.generate(() -> {
                try (Scope scope = Scope.open()) {
                    return Torch.randint(rows, new long[] {count}, generator).toLongArray();
                }
            }).iterator();
        }

        @Override
        public long size() {
            return Long.MAX_VALUE;
        }
    }

    /** Returns the targets for evaluation, float32 [evaluation.rows, D] on the device. */
    Tensor heldOut() {
        if (validation == null) {
            return blockwise(bank, split.heldOut(), "heldOut");
        }
        long count = Math.min(config.evaluation().rows(), validation.rows());
        return blockwise(validation, RandomRows.distinct(validation.rows(), count, seed("validation")), "heldOut");
    }

    /** Returns targets of {@code count} different training rows, or of all if fewer; the purpose gives the seed. */
    Tensor training(long count, String purpose) {
        long[] numbers = RandomRows.distinct(split.training(), Math.min(count, split.training()), seed(purpose));
        return blockwise(bank, split.rows(numbers), purpose);
    }

    private long seed(String purpose) {
        return Seeds.derive(config.seed(), "flow.data." + purpose);
    }

    // ---- from features to targets ----------------------------------------------------------------------------------

    private Tensor blockwise(FeatureBank from, long[] rows, String purpose) {
        try (NoGrad noGrad = new NoGrad(); Generator draws = Generator.seeded(seed(purpose + ".features"))) {
            Tensor targets = Torch.empty(new long[] {rows.length, dimension()}, DType.FLOAT32, device);
            for (long begin = 0; begin < rows.length; begin += BLOCK) {
                try (Scope scope = Scope.open()) {
                    long[] block = Arrays.copyOfRange(rows, (int) begin, (int) Math.min(rows.length, begin + BLOCK));
                    targets.narrow(0, begin, block.length).copy_(targets(from, block, draws));
                }
            }
            return targets;
        }
    }

    private Tensor targets(FeatureBank from, long[] rows, Generator draws) {
        return Scope.returning(() -> {
            Tensor features = TrainingFeatures.read(from, rows, draws);
            return projection.apply(features.to(null, device).mul(scaling));
        });
    }

    // ---- preparation -----------------------------------------------------------------------------------------------

    private void makeProjection() {
        scaling = config.data().scaling() > 0 ? config.data().scaling() : bank.scaling();
        if (projection == null) {
            projection = newProjection();
        }
        if (config.projection().unitVariance()) {
            double deviation = TargetWarnings.deviation(training(CHECKED_ROWS, "checked"));
            if (!(deviation > 0)) {
                throw new RequestException(bank.directory() + ": all projected targets are the same, so no scale "
                        + "gives them unit variance; project them in another way");
            }
            try (Projection before = projection) {
                projection = before.withScale(1 / deviation);
            }
        }
    }

    private Projection newProjection() {
        int features = bank.dimension();
        int outputs = config.projection().dimension();
        return switch (config.projection().kind()) {
            case NONE -> new IdentityProjection(features);
            case RANDOM -> RandomProjection.seeded(features, outputs, config.projection().seed());
            case AVERAGE_POOLING -> new AveragePooling(features, outputs);
            case PCA -> {
                requireComponents();
                try (Generator draws = Generator.seeded(seed("principalComponents"))) {
                    yield PrincipalComponents.fit(new TrainingFeatures(bank, split, scaling, draws), outputs);
                }
            }
        };
    }

    private void writeProjection(Path file) {
        Map<String, String> metadata = new TreeMap<>(projection.metadata());
        metadata.put(SCALING, Double.toString(scaling));
        Safetensors.write(file, projection.tensors(), metadata);
    }

    private void readProjection(Path file) {
        Map<String, String> metadata = new TreeMap<>(Safetensors.header(file).metadata());
        scaling = scaling(file, metadata.remove(SCALING));
        if (projection != null) {
            projection.close();
        }
        projection = Projection.of(Safetensors.load(file), metadata);
    }

    private static double scaling(Path file, String text) {
        try {
            return Double.parseDouble(Objects.requireNonNullElse(text, "none"));
        } catch (NumberFormatException e) {
            throw new RequestException(file + ": its metadata '" + SCALING + "' is " + text + ", which is not a number",
                    e);
        }
    }

    private void fillCache() {
        double bytes = 4.0 * split.training() * dimension();
        boolean fits = bytes <= config.data().cacheGigabytes() * 1e9 && split.training() <= Integer.MAX_VALUE;
        if (fits && !bank.gaussian()) {
            try (Scope scope = Scope.open()) {
                cached = blockwise(bank, split.trainingRows(), "cached").keep();
            }
        }
    }

    @Override
    public void close() {
        try (bank; validation; Projection used = projection; Tensor targets = cached) {
            // Closes those that are not null, the last first.
        }
    }
}
