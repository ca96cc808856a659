package org.flowprior.cli.features;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.flowprior.cli.common.DeviceOptions;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.cli.common.OptionCheck;
import org.flowprior.cli.common.SkipCorruptOption;
import org.flowprior.cli.common.StorageOption;
import org.flowprior.cli.common.Subcommand;
import org.flowprior.cli.common.TextTable;
import org.flowprior.console.Progress;
import org.flowprior.data.CorruptImageException;
import org.flowprior.target.ArraySource;
import org.flowprior.target.BankStatistics;
import org.flowprior.target.FeatureBank;
import org.flowprior.target.FeatureBankWriter;
import org.flowprior.target.FeatureExtraction;
import org.flowprior.target.FeatureLayout;
import org.flowprior.target.FeatureSource;
import org.flowprior.target.LatentSource;
import org.flowprior.target.TableSource;
import org.flowprior.torch.Device;
import org.flowprior.torch.Scope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowprior features}: makes a bank of the features on which a flow prior is trained. */
@Command(
        name = "features",
        sortOptions = false,
        description = {
            "Makes a feature bank, the target distribution of train-flow: rows of features with their mean, "
                    + "standard deviation and scaling factor.",
            "They come from one of --table (an embedding table or a codebook), --latents (a cache of encode), --arrays "
                    + "(npy and npz files) and --images (images through an encoder)."},
        footerHeading = "%nExamples:%n",
        footer = {
            "  flowprior features --out banks/qwen --table Qwen2.5-0.5B/ \\",
            "      --tensor model.embed_tokens.weight",
            "  flowprior features --out banks/vq --table vq.pt \\",
            "      --tensor model.quantize.embedding.weight --scaling 1",
            "  flowprior features --out banks/dino --images imagenet/train --encoder dinov2 \\",
            "      --weights vitb14.pth",
            "  flowprior features --out banks/half --images photos --encoder torchscript \\",
            "      --weights net.ts --dtype bf16",
            "  flowprior features --out banks/vae --images shards/ --encoder vae \\",
            "      --weights vae.ckpt",
            "  flowprior features --out banks/kl --latents latents/kl --flip",
            "  flowprior features --out banks/latents --arrays cache/ --gaussian --flip"})
public final class Features extends Subcommand {

    @Option(names = {"-o", "--out"}, required = true, paramLabel = "DIR",
            description = "the bank, which must not exist yet")
    private Path out;

    @Option(names = "--table", paramLabel = "FILE|DIR",
            description = "a table, one feature a row: safetensors, .pt, .npy or .npz; for sharded safetensors their "
                    + "index or directory")
    private Path table;

    @Option(names = "--tensor", paramLabel = "NAME",
            description = "the tensor in --table, or the array in each of --arrays, with dots into nested dicts "
                    + "(default: the only one)")
    private String tensor;

    @Option(names = "--latents", paramLabel = "DIR",
            description = "a latent cache of encode; each token is a row")
    private Path latents;

    @Option(names = "--arrays", arity = "1..*", paramLabel = "FILE|DIR",
            description = "npy and npz files, or directories of them at any depth, sorted; an npz that holds moments "
                    + "is a cached latent")
    private List<Path> arrays = new ArrayList<>();

    @Option(names = "--images", paramLabel = "SOURCE",
            description = "a directory of images, flat or one directory per class; filelist.txt; a .tar or a "
                    + "directory of them")
    private Path images;

    @Mixin
    private ImageEncoderOptions encoder;

    @Option(names = "--layout", paramLabel = "NAME", defaultValue = "auto",
            description = "of arrays and a TorchScript module's output: rows [N, D], tokens [N, T, D], grid [N, D, H, "
                    + "W] or, of one array, [D, H, W]; auto decides by the number of dimensions "
                    + "(default: ${DEFAULT-VALUE})")
    private FeatureLayout layout;

    @Option(names = "--gaussian",
            description = "rows are mean and log-variance, from which readers sample (always so with the vae)")
    private boolean gaussian;

    @Option(names = "--flip",
            description = "adds the mirrored images; of cached latents the flipped ones (default: leaves them out)")
    private boolean flip;

    @Option(names = "--max-rows", paramLabel = "N", description = "stops after the first N rows")
    private Long maxRows;

    @Mixin
    private StorageOption storage;

    @Option(names = "--scaling", paramLabel = "X",
            description = "the factor of the rows in training (default: one over their pooled standard deviation)")
    private Double scaling;

    @Mixin
    private DeviceOptions device;

    @Override
    public Integer call() throws IOException {
        checkOptions(check());
        FileArguments.requireNew(out);
        Device place = device.ready();
        BooleanSupplier stop = session().stopRequests("stopping: the unfinished bank is removed");
        try (Scope scope = Scope.open(); FeatureSource source = source(place)) {
            Optional<FeatureBank> made = extract(source, stop);
            if (made.isEmpty()) {
                return stopped("no bank was written");
            }
            try (FeatureBank bank = made.get()) {
                print(bank, source);
            }
        } catch (CorruptImageException e) {
            throw SkipCorruptOption.refusal(e);
        }
        return 0;
    }

    private Optional<FeatureBank> extract(FeatureSource source, BooleanSupplier stop) {
        FeatureBankWriter.Options how = FeatureBankWriter.Options.of(source.description())
                .withDtype(storage.dtype()).withGaussian(gaussian).withScaling(scaling);
        try (Progress progress = session().console().progress("features", source.unit(), source.total(), 0)) {
            return new FeatureExtraction(source, how, maxRows == null ? Long.MAX_VALUE : maxRows).into(out, done -> {
                progress.step(done);
                return !stop.getAsBoolean();
            });
        }
    }

    private FeatureSource source(Device place) throws IOException {
        FileArguments.requireThere(table, latents);
        if (table != null) {
            return TableSource.open(table, tensor);
        }
        if (latents != null) {
            return LatentSource.open(latents, flip);
        }
        return images == null ? ArraySource.find(arrays, tensor, layout, flip)
                : encoder.open(images, layout, flip, place);
    }

    private void checkOptions(OptionCheck given) {
        List<String> sources = given.given("--table", "--latents", "--arrays", "--images");
        if (sources.size() != 1) {
            throw given.wrong("features needs one of --table, --latents, --arrays and --images"
                    + (sources.isEmpty() ? "" : ", not " + sources.size()));
        }
        given.requirePositive("--max-rows");
        if (tensor != null && (images != null || latents != null)) {
            throw given.wrong("--tensor goes with --table or --arrays, not with " + sources.getFirst());
        }
        if (flip && table != null) {
            throw given.wrong("--flip goes with --images, --latents or --arrays, not with --table");
        }
        encoder.check(given);
        if (latents != null && (gaussian || layout != FeatureLayout.AUTO)) {
            throw given.wrong("--layout and --gaussian do not go with --latents: the cache says what it holds");
        }
        if (table != null && layout != FeatureLayout.AUTO) {
            throw given.wrong("--layout goes with --arrays and TorchScript modules; a table is [N, D]");
        }
    }

    private void print(FeatureBank bank, FeatureSource source) {
        BankStatistics statistics = bank.statistics();
        List<List<String>> rows = new ArrayList<>(List.of(
                TextTable.row("bank", "%s", out),
                TextTable.row("source", "%s", bank.source()),
                TextTable.row("rows", "%,d%s", bank.rows(), bank.gaussian() ? " of mean and log-variance" : ""),
                TextTable.row("dimension", "%d", bank.dimension()),
                TextTable.row("mean", "%.6g", statistics.pooledMean()),
                TextTable.row("std", "%.6g", statistics.pooledStd()),
                TextTable.row("scaling factor", "%.6g", bank.scaling()),
                TextTable.row("constant dimensions", "%s", constant(statistics.constantDimensions()))));
        source.notes().forEach(note -> rows.add(TextTable.row("note", "%s", note)));
        TextTable.print(out(), rows);
    }

    private static String constant(int... dimensions) {
        List<String> first = Arrays.stream(dimensions).limit(20).mapToObj(Integer::toString).toList();
        return dimensions.length == 0 ? "none" : dimensions.length + ": " + String.join(", ", first)
                + (dimensions.length > first.size() ? ", …" : "");
    }
}
