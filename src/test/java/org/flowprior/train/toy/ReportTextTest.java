package org.flowprior.train.toy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.util.List;
import org.flowprior.flow.TimeWeighting;
import org.flowprior.target.ToyTarget;
import org.junit.jupiter.api.Test;

class ReportTextTest {

    private static final ToyReport.Spread DATA = new ToyReport.Spread(0.5, 1, 1, 1, new long[] {5, 5});

    private static ToyReport report(double failing, double least, double inside, ToyReport.Spread uniform,
            ToyReport.Spread likelihood) {
        ToyReport.Bound bound = new ToyReport.Bound(400, 2.6, least, 2.1, -0.5, -0.27, -3.3, 0.46, failing);
        return new ToyReport(new ToyConfig.Report(400, 21, 1e-4, 4, 4),
                new ToyReport.Likelihoods(400, -0.52, -0.51, 0.02, 0.4), new ToyReport.Likelihoods(300, 0.1, 0.12,
                        0.03, 0.5),
                bound, bound, bound, 2.55, new ToyReport.Correlations(2500, 0.96, 0.93),
                new ToyReport.Correlations(200, inside, inside), DATA,
                List.of(new ToyReport.Aligned(TimeWeighting.UNIFORM, uniform),
                        new ToyReport.Aligned(TimeWeighting.LIKELIHOOD, likelihood)));
    }

    private static String text(ToyReport report) {
        return String.join("\n", ReportText.sentences(report));
    }

    @Test
    void whatFailsIsSaidToFail() {
        String text = text(report(0.5575, 2.2395, 0.47, new ToyReport.Spread(0.1, 0.35, 1.7, 0.6, new long[] {10, 0}),
                new ToyReport.Spread(0.4, 1.2, 1.1, 1.3, new long[] {6, 4})));
        assertThat(text).contains("fails against the target's density at the samples at 55.8 % of 400 points")
                .contains("from -3.300 to 0.460").contains("fails against the flow's own likelihood")
                .contains("Lemma 1's zero does not hold: L_align is nowhere below 2.2395").contains("the exact "
                        + "field has 2.550")
                .contains("follows the NLL less where the data is than around it")
                .contains("Under the uniform weighting the latents end up closer to the skeleton than the data: "
                        + "within a mode they spread 0.35 times as wide as the data, and lie 0.60 times as far from its "
                        + "skeleton in the median, 1.70 times in the root mean square")
                .contains("1 of 2 modes have none, and 50.0 % would have to change")
                .contains("Under the likelihood weighting the latents end up farther from the skeleton")
                .contains("all 2 modes have some, and 10.0 % would have to change")
                .contains("the uniform weighting ends lower; the shares of the modes are evener under the "
                        + "likelihood one")
                .doesNotContain("holds against").doesNotContain("is reached");
    }

    @Test
    void whatHoldsIsSaidToHold() {
        String text = text(report(0, 0.001, 0.98, DATA, DATA));
        assertThat(text).contains("holds against the target's density on a grid around them at all 400 points")
                .contains("Lemma 1's zero is reached: L_align comes down to 0.0010")
                .contains("where the data is at least as well").contains("about as close to the skeleton as the data")
                .contains("both end alike; the shares of the modes are as even under both")
                .doesNotContain("fails").doesNotContain("does not hold").doesNotContain("have none");
    }

    @Test
    void theMarkdownHasTheTableAfterTheSentences() {
        String markdown = ReportText.markdown(ToyTarget.MOONS, report(0, 1, 0.5, DATA, DATA));
        assertThat(markdown).startsWith("# The theory on moons\n\n- ").contains("""

                |  | mean NLL | spread within a mode | distance to the skeleton | its median | uneven | empty modes | points of each mode |
                | --- | --- | --- | --- | --- | --- | --- | --- |
                | data | 0.500 | 1.00 | 1.00 | 1.00 | 0.0 % | 0 | 5 5 |
                | uniform weighting | 0.500 |""");
    }

    @Test
    void theNumbersAreInTheJson() {
        JsonObject json = ReportText.json(ToyTarget.GRID, report(0.25, 2.2, 0.5, DATA, DATA));
        assertThat(json.get("target").getAsString()).isEqualTo("grid");
        assertThat(json.getAsJsonObject("boundOnGrid").get("shareFailing").getAsDouble()).isEqualTo(0.25);
        assertThat(json.getAsJsonArray("alignments").get(1).getAsJsonObject().get("weighting").getAsString())
                .isEqualTo("likelihood");
        assertThat(json.getAsJsonArray("sentences")).hasSize(12);
    }

    /** Half of |3/4 - 1/3| + |1/4 - 1/3| + |0 - 1/3|. */
    @Test
    void unevennessIsTheShareThatWouldHaveToMove() {
        ToyReport.Spread spread = new ToyReport.Spread(0, 1, 1, 1, new long[] {3, 1, 0});
        assertThat(spread.unevenness()).isCloseTo(5.0 / 12, within(1e-12));
        assertThat(spread.emptyModes()).isEqualTo(1);
    }
}
