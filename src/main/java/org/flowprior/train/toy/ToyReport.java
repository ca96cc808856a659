package org.flowprior.train.toy;

import java.util.List;
import org.flowprior.eval.Correlation;
import org.flowprior.flow.TimeWeighting;

/**
 * The theory of the paper (Sec. 4, App. A) measured on a toy run. All log-likelihoods are of the normalised variable,
 * in nats; L_align is the squared norm of Eq. 5.
 *
 * @param sizes          what was computed
 * @param atData         exact log-likelihoods at samples of the target
 * @param atLatents      exact log-likelihoods at latents
 * @param boundAtData    Eq. 11 at the samples against the density
 * @param boundOfFlow    Eq. 11 at the samples against the trained flow's own likelihood, which Proposition 1 speaks of
 * @param boundOnGrid    Eq. 11 on a grid around the samples against the density
 * @param leastAlignment what L_align of the exact field is on average over the data: the least loss that Eq. 3 can have
 * @param wholeGrid      how L_align goes with the NLL on the grid of Figure 3 (b)
 * @param dataRegion     the same where the NLL is below that of 99.9 % of the data
 * @param data           as many fresh samples as latents, measured as the latents are
 * @param alignments     the latents under the config's weighting, then those under the other
 */
public record ToyReport(ToyConfig.Report sizes, Likelihoods atData, Likelihoods atLatents, Bound boundAtData,
        Bound boundOfFlow, Bound boundOnGrid, double leastAlignment, Correlations wholeGrid,
        Correlations dataRegion, Spread data, List<Aligned> alignments) {

    /**
     * Exact log-likelihoods at some points.
     *
     * @param points          how many
     * @param flow            mean log-likelihood under the trained flow, by its differential equation
     * @param density         mean log-likelihood under the target's density
     * @param meanDifference  of the two, without sign
     * @param worstDifference the largest
     */
    public record Likelihoods(int points, double flow, double density, double meanDifference, double worstDifference) {}

    /**
     * The bound C &minus; L_align of Eq. 11 at some points, and the gap log p &minus; (C &minus; L_align), which
     * Proposition 1 says is not negative.
     *
     * @param points       how many
     * @param alignment    mean L_align
     * @param least        least L_align
     * @param consistency  mean C
     * @param bound        mean C &minus; L_align
     * @param gap          mean gap
     * @param leastGap     the lowest
     * @param largestGap   the highest
     * @param shareFailing share of points with a negative gap
     */
    public record Bound(int points, double alignment, double least, double consistency, double bound, double gap,
            double leastGap, double largestGap, double shareFailing) {}

    /**
     * How two quantities go together; 0 where one of them does not vary.
     *
     * @param points   how many
     * @param pearson  of the values
     * @param spearman of their ranks
     */
    public record Correlations(int points, double pearson, double spearman) {

        static Correlations of(double[] a, double[] b) {
            return a.length < 2 ? new Correlations(a.length, 0, 0)
                    : new Correlations(a.length, orZero(Correlation.pearson(a, b)), orZero(Correlation.spearman(a, b)));
        }

        private static double orZero(double correlation) {
            return Double.isNaN(correlation) ? 0 : correlation;
        }
    }

    /**
     * How points lie over the target.
     *
     * @param nll        their mean NLL under the density
     * @param withinMode spread of the points of a mode around their own centroid, over that of the data
     * @param toSkeleton root mean square distance to the nearest mean, circle or curve, over that of the data
     * @param median     median distance to it over that of the data, which a few stray points do not move
     * @param perMode    how many belong to each mode
     */
    public record Spread(double nll, double withinMode, double toSkeleton, double median, long[] perMode) {

        /** Modes with no points. */
        public int emptyModes() {
            int empty = 0;
            for (long count : perMode) {
                empty += count == 0 ? 1 : 0;
            }
            return empty;
        }

        /** Share of the points that would have to change modes for all to have the same number: 0 is even. */
        public double unevenness() {
            double sum = 0;
            double total = 0;
            for (long count : perMode) {
                total += count;
            }
            for (long count : perMode) {
                sum += Math.abs(count / total - 1.0 / perMode.length);
            }
            return sum / 2;
        }
    }

    /** The latents of an alignment under a weighting. */
    public record Aligned(TimeWeighting weighting, Spread latents) {}
}
