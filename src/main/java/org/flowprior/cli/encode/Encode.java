package org.flowprior.cli.encode;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.LatentEncoding;
import org.flowprior.cli.common.ComputeOptions;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.cli.common.SkipCorruptOption;
import org.flowprior.cli.common.StorageOption;
import org.flowprior.cli.common.Subcommand;
import org.flowprior.cli.common.TextTable;
import org.flowprior.cli.common.WorkerOption;
import org.flowprior.data.CorruptImageException;
import org.flowprior.data.ImageSource;
import org.flowprior.data.latents.CacheStatistics;
import org.flowprior.data.latents.LatentCache;
import org.flowprior.torch.Device;
import org.flowprior.torch.io.FileChecksum;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowprior encode}: caches the latents of an image set, on which the generator is trained. */
@Command(
        name = "encode",
        sortOptions = false,
        description = {
            "Makes a latent cache, on which train-mar trains: the latents of each image of a set and of the flipped "
                    + "image, with labels, names, mean, standard deviation and scaling factor.",
            "Images get ADM's centre crop. For a KL autoencoder the cache holds mean and log-variance."},
        footerHeading = "%nExamples:%n",
        footer = {
            "  flowprior encode --weights runs/ae/ema.safetensors --images imagenet/train \\",
            "      --out caches/imagenet",
            "  flowprior encode --weights kl.pt --images shards/ --out caches/kl \\",
            "      --device cuda --batch 128 --resume",
            "  flowprior encode --weights ae.pt --images 'procedural:64?seed=0&count=5000' \\",
            "      --out caches/drawn"})
public final class Encode extends Subcommand {

    private static final int NAMES_SHOWN = 10;

    @Option(names = {"-w", "--weights"}, required = true, paramLabel = "FILE",
            description = "the autoencoder: a file of train-autoencoder, or an official .pt")
    private Path weights;

    @Option(names = {"-i", "--images"}, required = true, paramLabel = "SOURCE",
            description = "a directory of images, flat or one directory per class; filelist.txt; a .tar or a "
                    + "directory of them; or procedural:SIZE?seed=N&count=N")
    private Path images;

    @Option(names = {"-o", "--out"}, required = true, paramLabel = "DIR",
            description = "the cache, which must not exist yet")
    private Path out;

    @Option(names = "--resume",
            description = "continues after the finished files of a stopped run of the same cache (default: removes them)")
    private boolean resume;

    @Option(names = "--no-flip", description = "leaves the flipped images out")
    private boolean noFlip;

    @Mixin
    private SkipCorruptOption skipCorrupt;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "16",
            description = "images at once, then their flipped images (default: ${DEFAULT-VALUE})")
    private int batch;

    @Option(names = "--shard", paramLabel = "N", defaultValue = "1024",
            description = "images in a file; a stop loses the unfinished file (default: ${DEFAULT-VALUE})")
    private int shard;

    @Mixin
    private WorkerOption workers;

    @Option(names = "--scaling", paramLabel = "X",
            description = "the factor of the latents in training (default: one over their standard deviation within "
                    + "an image)")
    private Double scaling;

    @Mixin
    private StorageOption storage;

    @Mixin
    private ComputeOptions compute;

    @Override
    public Integer call() throws IOException {
        check().requirePositive("--batch", "--shard");
        check().requireThreads("--workers");
        if (scaling != null && !(scaling > 0 && Double.isFinite(scaling))) {
            throw check().wrong("--scaling must be positive, not " + scaling);
        }
        FileArguments.requireNew(out);
        Device place = compute.ready();
        BooleanSupplier stop = session().stopRequests("stopping: finished files stay for --resume");
        FileArguments.requireFiles(weights);
        try (ImageSource set = ImageSource.open(images);
                Autoencoder autoencoder = Autoencoder.read(weights, config -> config.withRepa(null))) {
            autoencoder.to(place);
            LatentEncoding encoding = LatentEncoding.of(autoencoder, set, new LatentEncoding.Options(batch, shard,
                    storage.dtype(), !noFlip, scaling, skipCorrupt.isGiven(), workers.count(), compute.precision()));
            LatentEncoding.Result result = encoding.run(out, resume, provenance(set, autoencoder), session().console(),
                    stop);
            if (result.cache().isEmpty()) {
                return stopped("no cache is written yet" + (result.resumable() ? ", --resume continues it" : ""));
            }
            try (LatentCache cache = result.cache().get()) {
                print(cache, set.size(), result.corrupt());
            }
        } catch (CorruptImageException e) {
            throw SkipCorruptOption.refusal(e);
        }
        return 0;
    }

    private Map<String, String> provenance(ImageSource set, Autoencoder autoencoder) throws IOException {
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put("images", images.toString());
        provenance.put("imageCount", Integer.toString(set.size()));
        provenance.put("imageSize", Integer.toString(autoencoder.config().imageSize()));
        provenance.put("weights", weights.getFileName().toString());
        provenance.put("weightsCrc32c", FileChecksum.of(weights));
        provenance.put("precision", compute.precisionName());
        return provenance;
    }

    private void print(LatentCache cache, int total, Set<String> corrupt) {
        CacheStatistics statistics = cache.statistics();
        Map<String, String> from = cache.provenance();
        List<List<String>> rows = new ArrayList<>(List.of(
                TextTable.row("cache", "%s", cache.directory()),
                TextTable.row("source", "%s through %s at %s pixels", from.get("images"), from.get("weights"),
                        from.get("imageSize")),
                TextTable.row("images", "%,d in %,d classes%s", cache.images(), cache.classes().size(),
                        cache.flips() ? ", each also flipped" : ""),
                TextTable.row("latents", "%d x %d%s, %s", cache.tokens(), cache.channels(),
                        cache.gaussian() ? " of mean and log-variance" : "", cache.dtype()),
                TextTable.row("mean", "%.6g", statistics.pooledMean()),
                TextTable.row("std", "%.6g, within an image %.6g", statistics.pooledStd(), statistics.withinStd()),
                TextTable.row("least, greatest", "%.6g, %.6g", statistics.minimum(), statistics.maximum()),
                TextTable.row("scaling factor", "%.6g", cache.scaling())));
        int missing = total - cache.images();
        if (missing > 0) {
            rows.add(TextTable.row("note", "%,d corrupt images left out: %s", missing, names(corrupt, missing)));
        }
        TextTable.print(out(), rows);
    }

    /** Returns the first names. Images that an earlier, stopped process left out have no known name. */
    private static String names(Set<String> corrupt, int missing) {
        List<String> first = corrupt.stream().sorted().limit(NAMES_SHOWN).toList();
        return String.join(", ", first) + (missing > first.size() ? (first.isEmpty() ? "…" : ", …") : "");
    }
}
