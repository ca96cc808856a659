package org.flowprior.cli.encode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.LatentEncoding;
import org.flowprior.cli.common.ComputeOptions;
import org.flowprior.cli.common.ErrorReport;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.cli.common.FileChecksum;
import org.flowprior.cli.common.PositiveOption;
import org.flowprior.cli.common.Session;
import org.flowprior.cli.common.Storage;
import org.flowprior.config.RequestException;
import org.flowprior.data.CorruptImageException;
import org.flowprior.data.ImageSource;
import org.flowprior.data.latents.LatentCache;
import org.flowprior.torch.Device;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code flowprior encode}: the latents of an image set, for the generator to be trained on. */
@Command(
        name = "encode",
        sortOptions = false,
        description = {
            "Makes a latent cache, what train-mar trains on: the latents of each image of a set and of the image "
                    + "flipped, with labels, names, mean, deviation and scaling factor.",
            "Images are cropped in their middle as ADM does it. Of a KL autoencoder mean and log-variance are kept."},
        footerHeading = "%nExamples:%n",
        footer = {
            "  flowprior encode --weights runs/ae/ema.safetensors --images imagenet/train --out caches/imagenet",
            "  flowprior encode --weights kl.pt --images shards/ --out caches/kl --device cuda --batch 128 --resume",
            "  flowprior encode --weights ae.pt --images 'procedural:64?seed=0&count=5000' --out caches/drawn"})
public final class Encode implements Callable<Integer> {

    @Option(names = {"-w", "--weights"}, required = true, paramLabel = "FILE",
            description = "the autoencoder: a file of train-autoencoder, or an official .pt")
    private Path weights;

    @Option(names = {"-i", "--images"}, required = true, paramLabel = "SOURCE",
            description = "a directory of images, flat or one directory per class; filelist.txt; a .tar or a "
                    + "directory of them; or procedural:SIZE?seed=N&count=N")
    private Path images;

    @Option(names = {"-o", "--out"}, required = true, paramLabel = "DIR",
            description = "the cache, which must not be there yet")
    private Path out;

    @Option(names = "--resume",
            description = "continues after the files that a stopped run of the same cache has written, if there are "
                    + "any (default: they are removed)")
    private boolean resume;

    @Option(names = "--no-flip", description = "without the flipped images")
    private boolean noFlip;

    @Option(names = "--skip-corrupt",
            description = "leaves corrupt images out and names them (default: the first ends the run)")
    private boolean skipCorrupt;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "16",
            description = "images at once, and after them as many flipped ones (default: ${DEFAULT-VALUE})")
    private int batch;

    @Option(names = "--shard", paramLabel = "N", defaultValue = "1024",
            description = "images in a file, all of which a stop may cost (default: ${DEFAULT-VALUE})")
    private int shard;

    @Option(names = "--workers", paramLabel = "N", description = "threads that decode images (default: all cores)")
    private Integer workers;

    @Option(names = "--scaling", paramLabel = "X",
            description = "what training multiplies the latents with (default: one over their deviation within an "
                    + "image)")
    private Double scaling;

    @Option(names = "--dtype", paramLabel = "NAME", defaultValue = "float32",
            description = "float32 or bf16 on the disk (default: ${DEFAULT-VALUE})")
    private Storage storage;

    @Mixin
    private ComputeOptions compute;

    @CommandLine.ParentCommand
    private Session session;

    @CommandLine.Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        check();
        Device place = ready();
        BooleanSupplier stop = session.stopRequests("stopping: whole files stay for --resume");
        FileArguments.requireFiles(weights);
        try (ImageSource set = ImageSource.open(images);
                Autoencoder autoencoder = Autoencoder.read(weights, config -> config.withRepa(null))) {
            autoencoder.to(place);
            LatentEncoding encoding = LatentEncoding.of(autoencoder, set, new LatentEncoding.Options(batch, shard,
                    storage.dtype(), !noFlip, scaling, skipCorrupt, workers(), compute.precision()));
            LatentEncoding.Result result = encoding.run(out, resume, provenance(set, autoencoder), session.console(),
                    stop);
            if (result.cache().isEmpty()) {
                spec.commandLine().getErr().println("flowprior: stopped; no cache is written yet"
                        + (result.resumable() ? ", --resume goes on with it" : ""));
                return ErrorReport.STOPPED;
            }
            try (LatentCache cache = result.cache().get()) {
                CacheSummary.print(spec.commandLine().getOut(), cache, set.size(), result.corrupt());
            }
        } catch (CorruptImageException e) {
            throw new RequestException(e.getMessage() + "; --skip-corrupt leaves such images out", e);
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

    private int workers() {
        return workers == null ? Runtime.getRuntime().availableProcessors() : workers;
    }

    private Device ready() {
        if (Files.exists(out)) {
            throw new RequestException("--out " + out + " is there already; remove it or choose another name");
        }
        return compute.ready();
    }

    private void check() {
        PositiveOption.require("--batch", batch, this::wrong);
        PositiveOption.require("--shard", shard, this::wrong);
        PositiveOption.require("--workers", workers, this::wrong);
        if (scaling != null && !(scaling > 0 && Double.isFinite(scaling))) {
            throw wrong("--scaling must be positive, not " + scaling);
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
