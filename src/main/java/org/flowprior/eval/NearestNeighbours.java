package org.flowprior.eval;

import java.util.List;
import org.flowprior.flow.FlowPrior;
import org.flowprior.target.FeatureBank;
import org.flowprior.target.RowSource;
import org.flowprior.torch.Autocast;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Results;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Computes the exact distance from each query to its k-th nearest target: the paper's measure of alignment (Sec. 5.2,
 * Fig. 4). With D dimensions and N targets the density is about k / (N V_D r^D), so &minus;log p grows with the mean of
 * log r_k, which the paper plots. The space must be the one in which the prior was trained.
 *
 * <p>Targets are read once, block by block. In a block, float32 products find more candidates than needed, whose
 * distances are computed again in float64 as sums of squared differences. If the products' error bound cannot exclude
 * that a neighbour was missed, the query's block is searched again with float64 products: so duplicates and data far
 * from the origin cost time, but the result stays exact. A query that is among the targets finds itself.
 */
public final class NearestNeighbours {

    /** Squared distances are at least this for the logarithm, which 0 does not have. */
    public static final double SMALLEST_SQUARE = 1e-20;

    /** Candidates beyond k in each block. */
    private static final int SLACK = 8;
    private static final int TARGET_BLOCK = 32768;
    /** Numbers in a block of targets, 64 MB in float32. */
    private static final int TARGET_NUMBERS = 1 << 24;
    private static final int QUERY_BLOCK = 128;
    /** Targets of a group, of which the search first compares only the nearest. */
    private static final int GROUP = 32;
    /** Numbers in the candidates of a block of queries. */
    private static final long CANDIDATE_NUMBERS = 1 << 22;

    /**
     * The result.
     *
     * @param distances     r_k of each query, float64 [n], in the innermost scope
     * @param meanLogRadius mean of log r_k, with squares of at least {@link #SMALLEST_SQUARE}
     * @param clamped       number of queries with a smaller square
     * @param k             number of the neighbour
     * @param targets       N
     */
    public record Result(Tensor distances, double meanLogRadius, long clamped, int k, long targets) {}

    private final Tensor queries;
    private final Tensor squares;
    private final int k;
    private final int dimension;
    private final Tensor best;

    private NearestNeighbours(Tensor queries, int k) {
        this.queries = queries;
        this.squares = queries.square().sum(1);
        this.k = k;
        this.dimension = Math.toIntExact(queries.size(1));
        this.best = Torch.full(new long[] {queries.size(0), k}, Double.POSITIVE_INFINITY, DType.FLOAT64,
                queries.device());
    }

    /** Searches among the rows of one tensor, [N, D], as {@link #of(Tensor, RowSource, int)} does. */
    public static Result of(Tensor queries, Tensor targets, int k) {
        return of(queries, RowSource.of(targets), k);
    }

    /**
     * Searches on the queries' device.
     *
     * @param queries floating point, [n, D], finite
     * @param targets N rows of the same dimension, finite
     * @param k       in [1, N]
     * @throws IllegalArgumentException for anything else
     */
    public static Result of(Tensor queries, RowSource targets, int k) {
        check(queries, targets, k);
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad();
                Autocast off = Autocast.off(queries.device().type())) {
            NearestNeighbours search = new NearestNeighbours(queries.detach().to(DType.FLOAT64), k);
            long groups = Math.clamp(TARGET_NUMBERS / targets.dimension() / GROUP, 1, TARGET_BLOCK / GROUP);
            long step = groups * GROUP;
            for (long from = 0; from < targets.rows(); from += step) {
                try (Scope inner = Scope.open()) {
                    Tensor block = targets.block(from, Math.min(step, targets.rows() - from));
                    search.add(block.detach().to(DType.FLOAT32, queries.device()), from);
                }
            }
            return search.result(targets.rows());
        }
    }

    /**
     * Searches among the features that a prior was trained on, scaled and projected as the prior does.
     *
     * @param queries floating point, [n, D] of the prior's dimension D, finite, on the prior's device
     * @param k       in [1, rows of the bank]
     * @param seed    of the rows drawn from a Gaussian bank
     * @throws IllegalArgumentException for anything else, and for a bank that does not fit the prior
     */
    public static Result of(Tensor queries, FlowPrior prior, FeatureBank bank, int k, long seed) {
        Device device = queries.device();
        try (Generator draws = Generator.seeded(seed)) {
            return of(queries, RowSource.of(bank, draws)
                    .through(rows -> prior.target(rows.to(DType.FLOAT32, device)), prior.dimension()), k);
        }
    }

    private static void check(Tensor queries, RowSource targets, int k) {
        if (queries.dim() != 2 || queries.size(0) == 0 || queries.size(1) != targets.dimension()) {
            throw new IllegalArgumentException("queries among targets of dimension " + targets.dimension()
                    + " must be [n, " + targets.dimension() + "], not " + queries.signature());
        }
        if (k < 1 || k > targets.rows()) {
            throw new IllegalArgumentException(targets.rows() + " targets have no neighbour number " + k);
        }
        FiniteRows.require(queries, "a query");
    }

    private void add(Tensor targets, long from) {
        FiniteRows.require(targets, "a target in the block that starts at row " + from);
        Tensor lengths = targets.to(DType.FLOAT64).square().sum(1);
        Targets block = new Targets(targets, lengths, Math.sqrt(lengths.max().item()));
        long step = Math.clamp(CANDIDATE_NUMBERS / ((long) dimension * (k + SLACK)), 1, QUERY_BLOCK);
        for (long first = 0; first < queries.size(0); first += step) {
            try (Scope scope = Scope.open()) {
                long n = Math.min(step, queries.size(0) - first);
                improve(queries.narrow(0, first, n), squares.narrow(0, first, n), block, best.narrow(0, first, n));
            }
        }
    }

    /** A block of targets [t, D], their squared lengths in float64, and the largest length. */
    private record Targets(Tensor rows, Tensor squares, double longest) {}

    /** The exact k smallest squares so far of some queries [n, k], and whether certainly none is missing [n]. */
    private record Candidates(Tensor nearest, Tensor certain) {}

    private void improve(Tensor some, Tensor lengths, Targets block, Tensor nearest) {
        Candidates quick = candidates(some, lengths, block, nearest, DType.FLOAT32);
        Tensor doubtful = quick.certain().logicalNot().nonzero().squeeze(1);
        if (doubtful.numel() > 0) {
            Candidates slow = candidates(some.indexSelect(0, doubtful), lengths.indexSelect(0, doubtful), block,
                    nearest.indexSelect(0, doubtful), DType.FLOAT64);
            quick.nearest().indexCopy_(0, doubtful, slow.nearest());
        }
        nearest.copy_(quick.nearest());
    }

    private Candidates candidates(Tensor some, Tensor lengths, Targets block, Tensor nearest, DType dtype) {
        long count = Math.min((long) k + SLACK, block.rows().size(0));
        // |x|^2 - 2 q x has the same order as the distance.
        Tensor values = block.squares().to(dtype).unsqueeze(1).addmm(block.rows().to(dtype), some.to(dtype).t(), 1, -2);
        Results.ValuesIndices found = smallest(values, count);
        Tensor chosen = block.rows().indexSelect(0, found.indices().reshape(-1)).to(DType.FLOAT64)
                .view(some.size(0), count, dimension);
        Tensor exact = chosen.sub_(some.unsqueeze(1)).square_().sum(2);
        Tensor merged = Torch.cat(List.of(nearest, exact), 1).topk(k, 1, false).values();
        if (count == block.rows().size(0)) {
            return new Candidates(merged, Torch.ones(new long[] {some.size(0)}, DType.BOOL, some.device()));
        }
        Tensor approximate = found.values().to(DType.FLOAT64).add(lengths.unsqueeze(1));
        double roundoff = dtype == DType.FLOAT32 ? 0x1p-24 : 0x1p-53;
        Tensor error = lengths.sqrt().add(block.longest()).square().mul((dimension + 10) * roundoff);
        Tensor closed = approximate.select(1, count - 1).sub(error).ge(merged.select(1, k - 1));
        Tensor trusted = approximate.sub(exact).abs().amax(1).le(error);
        return new Candidates(merged, closed.logicalAnd(trusted));
    }

    /** Returns the smallest values of each column, [n, count] ascending: those of the groups with the smallest minima. */
    private static Results.ValuesIndices smallest(Tensor values, long count) {
        long columns = values.size(1);
        long groups = values.size(0) / GROUP;
        if (values.size(0) % GROUP != 0 || groups < 2 * count) {
            return values.t().contiguous().topk(count, 1, false);
        }
        Tensor grouped = values.view(GROUP, groups, columns);
        Tensor chosen = grouped.amin(0, false).t().contiguous().topk(count, 1, false, false).indices();
        Tensor indices = chosen.t().unsqueeze(0).expand(GROUP, count, columns);
        Results.ValuesIndices found = grouped.gather(1, indices).view(GROUP * count, columns).t().contiguous()
                .topk(count, 1, false);
        Tensor member = found.indices().div(count, "floor");
        Tensor group = chosen.gather(1, found.indices().remainder(count));
        return new Results.ValuesIndices(found.values(), member.mul_(groups).add_(group));
    }

    private Result result(long targets) {
        Tensor square = best.select(1, k - 1);
        double meanLog = square.clampMin(SMALLEST_SQUARE).log().mean().item() / 2;
        long clamped = square.lt(SMALLEST_SQUARE).sum().itemNumber().longValue();
        return new Result(square.sqrt().to(Device.CPU, DType.FLOAT64).moveOutward(), meanLog, clamped, k, targets);
    }
}
