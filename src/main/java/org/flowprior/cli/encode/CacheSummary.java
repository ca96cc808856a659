package org.flowprior.cli.encode;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.flowprior.cli.common.TextTable;
import org.flowprior.data.latents.CacheStatistics;
import org.flowprior.data.latents.LatentCache;

/** Prints a summary of the cache that {@code encode} has written. */
final class CacheSummary {

    private static final int NAMES_SHOWN = 10;

    private CacheSummary() {}

    static void print(PrintWriter to, LatentCache cache, int total, Set<String> corrupt) {
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
                TextTable.row("minimum, maximum", "%.6g, %.6g", statistics.minimum(), statistics.maximum()),
                TextTable.row("scaling factor", "%.6g", cache.scaling())));
        int missing = total - cache.images();
        if (missing > 0) {
            rows.add(TextTable.row("note", "%,d corrupt images left out: %s", missing, names(corrupt, missing)));
        }
        TextTable.print(to, rows);
    }

    /** Returns the first names. Images that an earlier, stopped process left out have no known name. */
    private static String names(Set<String> corrupt, int missing) {
        List<String> first = corrupt.stream().sorted().limit(NAMES_SHOWN).toList();
        return String.join(", ", first) + (missing > first.size() ? (first.isEmpty() ? "…" : ", …") : "");
    }
}
