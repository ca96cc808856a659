package org.flowprior.train.toy;

import java.util.Arrays;
import java.util.List;
import org.flowprior.eval.Correlation;
import org.flowprior.flow.TimeWeighting;

/**
 * The theory of the paper (Sec. 4, App. A), measured on a toy run. All log-likelihoods are of the normalised variable,
 * in nats; L_align is the squared norm of Eq. 5.
 *
 * @param sizes          sizes of the measurements
 * @param atData         exact log-likelihoods at samples of the target
 * @param atLatents      exact log-likelihoods at latents
 * @param boundAtData    Eq. 11 at the samples, compared with the density
 * @param boundOfFlow    Eq. 11 at the samples, compared with the trained flow's own likelihood, as in Proposition 1
 * @param boundOnGrid    Eq. 11 on a grid around the samples, compared with the density
 * @param leastAlignment mean L_align of the exact field over the data: the least possible loss of Eq. 3
 * @param wholeGrid      correlation of L_align and NLL on the grid of Figure 3 (b)
 * @param dataRegion     the same for points whose NLL is below that of 99.9 % of the data
 * @param data           the spread of as many fresh samples as there are latents
 * @param alignments     the latents under the config's weighting, then those under the other weighting
 */
public record ToyReport(ToyConfig.Report sizes, Likelihoods atData, Likelihoods atLatents, Bound boundAtData,
        Bound boundOfFlow, Bound boundOnGrid, double leastAlignment, Correlations wholeGrid,
        Correlations dataRegion, Spread data, List<Aligned> alignments) {

    /**
     * Exact log-likelihoods at some points.
     *
     * @param points          number of points
     * @param flow            mean log-likelihood under the trained flow, by its differential equation
     * @param density         mean log-likelihood under the target's density
     * @param meanDifference  mean absolute difference of the two
     * @param worstDifference largest absolute difference of the two
     */
    public record Likelihoods(int points, double flow, double density, double meanDifference, double worstDifference) {}

    /**
     * The bound C &minus; L_align of Eq. 11 at some points, and the gap log p &minus; (C &minus; L_align), which
     * Proposition 1 says is not negative.
     *
     * @param points       number of points
     * @param alignment    mean L_align
     * @param least        least L_align
     * @param consistency  mean C
     * @param bound        mean C &minus; L_align
     * @param gap          mean gap
     * @param leastGap     least gap
     * @param largestGap   largest gap
     * @param shareFailing share of points with a negative gap
     */
    public record Bound(int points, double alignment, double least, double consistency, double bound, double gap,
            double leastGap, double largestGap, double shareFailing) {}

    /**
     * Correlations of two quantities; 0 if one of them does not vary.
     *
     * @param points   number of points
     * @param pearson  correlation of the values
     * @param spearman correlation of their ranks
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
     * How points are spread over the target.
     *
     * @param nll        mean NLL under the density
     * @param withinMode spread of the points of a mode around their own centroid, divided by that of the data
     * @param toSkeleton root mean square distance to the nearest mean, circle or curve, divided by that of the data
     * @param median     median distance to it, divided by that of the data; a few stray points do not change it
     * @param perMode    number of points of each mode
     */
    public record Spread(double nll, double withinMode, double toSkeleton, double median, long[] perMode) {

        /** Returns the number of modes without points. */
        public int emptyModes() {
            return (int) Arrays.stream(perMode).filter(count -> count == 0).count();
        }

        /** Returns the share of points that would have to change modes so that all modes have the same number. */
        public double unevenness() {
            double sum = 0;
            double total = Arrays.stream(perMode).sum();
            for (long count : perMode) {
                sum += Math.abs(count / total - 1.0 / perMode.length);
            }
            return sum / 2;
        }
    }

    /**
     * The latents of an alignment.
     *
     * @param weighting weighting of the residuals in time
     * @param latents   their spread
     */
    public record Aligned(TimeWeighting weighting, Spread latents) {}
}
