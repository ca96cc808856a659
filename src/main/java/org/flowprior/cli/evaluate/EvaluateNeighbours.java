package org.flowprior.cli.evaluate;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.flowprior.config.RequestException;
import org.flowprior.data.RandomRows;
import org.flowprior.data.latents.LatentCache;
import org.flowprior.eval.NearestNeighbours;
import org.flowprior.flow.FlowPrior;
import org.flowprior.target.FeatureBank;
import org.flowprior.target.RowSource;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.TensorFiles;

/**
 * How near latents lie to the features that a prior was trained on: the mean of log r_k, the paper's measure of
 * alignment (Sec. 5.2), in the prior's space.
 */
final class EvaluateNeighbours {

    private final EvaluateNeighbourOptions options;
    private final int k;
    private final long seed;
    private final Device device;

    EvaluateNeighbours(EvaluateNeighbourOptions options, int k, long seed, Device device) {
        this.options = options;
        this.k = k;
        this.seed = seed;
        this.device = device;
    }

    void report(EvaluateReport report) throws IOException {
        try (Scope scope = Scope.open(); FlowPrior prior = FlowPrior.read(options.prior());
                FeatureBank bank = FeatureBank.open(options.bank())) {
            requireFitting(prior, bank);
            prior.to(device);
            Tensor points = points(prior.dimension()).to(device, DType.FLOAT32);
            if (points.isfinite().all().item() == 0) {
                throw new RequestException(options.latents() + " holds latents that are not finite");
            }
            try (Generator draws = Generator.seeded(Seeds.derive(seed, "evaluate.targets"))) {
                RowSource targets = RowSource.of(bank, draws)
                        .through(rows -> prior.target(rows.to(DType.FLOAT32, device)), prior.dimension());
                report(report, NearestNeighbours.of(points, targets, k), points.size(0));
            }
        }
    }

    private void report(EvaluateReport report, NearestNeighbours.Result found, long points) {
        report.row("latents", String.format(Locale.ROOT, "%s, %,d tokens", options.latents(), points));
        report.row("targets", String.format(Locale.ROOT, "%,d features of %s through %s", found.targets(),
                options.bank(), options.prior()));
        report.fact("latents", options.latents().toString());
        report.fact("prior", options.prior().toString());
        report.fact("bank", options.bank().toString());
        report.fact("points", points);
        report.fact("k", k);
        report.fact("targets", found.targets());
        report.metric("meanLogDistance", "mean log r_k, k = " + k, found.meanLogRadius());
        report.number("clampedDistances", "latents that meet a target", found.clamped());
        if (found.clamped() > 0) {
            report.note(String.format(Locale.ROOT, "%,d latents lie on a target; their distance counts as 1e-10",
                    found.clamped()));
        }
    }

    private void requireFitting(FlowPrior prior, FeatureBank bank) {
        if (bank.dimension() != prior.projection().inputs()) {
            throw new RequestException(options.bank() + " has features of " + bank.dimension() + " channels, "
                    + options.prior() + " takes " + prior.projection().inputs()
                    + "; --bank must be what the prior was trained on");
        }
        if (bank.rows() < k) {
            throw new RequestException(options.bank() + " has " + bank.rows() + " rows, fewer than --k " + k);
        }
    }

    /** Latent tokens drawn without replacement, [n, D]. */
    private Tensor points(int dimension) {
        if (Files.isDirectory(options.latents())) {
            try (LatentCache cache = LatentCache.open(options.latents())) {
                requireDimension(cache.channels(), dimension);
                return fromCache(cache);
            }
        }
        return Scope.returning(() -> {
            Map<String, Tensor> tensors = TensorFiles.readAll(options.latents());
            if (tensors.size() != 1) {
                throw new RequestException(options.latents() + " holds " + tensors.size()
                        + " tensors; wanted is one with a latent in each row");
            }
            Tensor all = tensors.values().iterator().next();
            if (all.dim() < 2 || all.numel() == 0 || !all.dtype().isFloatingPoint()) {
                throw new RequestException(options.latents() + " holds " + all.signature()
                        + "; wanted is a latent in each row, [..., D]");
            }
            requireDimension(all.size(-1), dimension);
            Tensor rows = all.reshape(-1, all.size(-1));
            long[] places = places(rows.size(0));
            return rows.indexSelect(0, Tensor.of(places, places.length));
        });
    }

    private void requireDimension(long channels, int dimension) {
        if (channels != dimension) {
            throw new RequestException(options.latents() + " has latents of " + channels + " channels, "
                    + options.prior() + " has " + dimension);
        }
    }

    private Tensor fromCache(LatentCache cache) {
        long[] places = places((long) cache.images() * cache.tokens());
        return Scope.returning(() -> {
            Tensor points = Torch.empty(places.length, cache.channels());
            int from = 0;
            while (from < places.length) {
                long image = places[from] / cache.tokens();
                int to = firstFrom(places, (image + 1) * cache.tokens());
                long[] tokens = Arrays.stream(places, from, to).map(p -> p - image * cache.tokens()).toArray();
                try (Scope scope = Scope.open()) {
                    points.narrow(0, from, to - from).copy_(cache.latents(new long[] {image}, null).get(0L)
                            .indexSelect(0, Tensor.of(tokens, tokens.length)));
                }
                from = to;
            }
            return points;
        });
    }

    private static int firstFrom(long[] places, long bound) {
        int found = Arrays.binarySearch(places, bound);
        return found >= 0 ? found : -found - 1;
    }

    private long[] places(long bound) {
        return RandomRows.distinct(bound, Math.min(bound, options.points()), Seeds.derive(seed, "evaluate.points"));
    }
}
