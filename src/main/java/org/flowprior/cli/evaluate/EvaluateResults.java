package org.flowprior.cli.evaluate;

import org.flowprior.eval.FeatureNetwork;
import org.flowprior.eval.FrechetDistance;
import org.flowprior.eval.GaussianStatistics;
import org.flowprior.eval.InceptionScore;
import org.flowprior.eval.PrecisionRecall;
import org.flowprior.eval.StatisticsFile;
import org.flowprior.torch.Scope;

/** The numbers, of what one pass has gathered, in the words that they may be called by. */
final class EvaluateResults {

    private final EvaluatePlan plan;
    private final EvaluateRun run;
    private final EvaluateReport report;
    private final String suffix;

    /**
     * The results of a run.
     *
     * @param network whose features they are of, or null
     */
    EvaluateResults(EvaluatePlan plan, EvaluateRun run, FeatureNetwork network, EvaluateReport report) {
        this.plan = plan;
        this.run = run;
        this.report = report;
        this.suffix = network == null || network.isInception() ? "" : " of " + network.label();
    }

    /**
     * Reports all.
     *
     * @param reference of --reference, or null
     */
    void report(StatisticsFile.Reference reference, EvaluateConvention convention, int k) {
        try (Scope scope = Scope.open()) {
            StatisticsFile.Reference real = reference == null ? real() : reference;
            if (plan.wants(EvaluateMetric.FID)) {
                frechet("fid", "FID", run.generated().pooled(), real.pooled());
            }
            if (plan.wants(EvaluateMetric.SFID)) {
                report.metric("sfid", "sFID" + suffix, FrechetDistance.of(run.generated().spatial(), real.spatial()));
            }
            if (plan.wants(EvaluateMetric.IS)) {
                inceptionScore(convention);
            }
            if (plan.wants(EvaluateMetric.PR)) {
                precisionRecall(convention, k);
            }
            if (plan.wants(EvaluateMetric.RFID)) {
                frechet("rfid", "rFID", run.reconstructed().pooled(), run.real().pooled());
            }
            run.pairs().report(report);
        }
    }

    /** Statistics of the real images, for --write-reference or in place of a reference. */
    StatisticsFile.Reference real() {
        return new StatisticsFile.Reference(plan.realPooled() ? run.real().pooled() : null,
                plan.realSpatial() ? run.real().spatial() : null);
    }

    private void frechet(String key, String name, GaussianStatistics made, GaussianStatistics real) {
        report.metric(key, name + suffix, FrechetDistance.of(made, real));
        if (made.count() <= made.dimension()) {
            report.note(name + ": " + made.count() + " images have no full covariance of " + made.dimension()
                    + " features; the number falls with more images");
        }
    }

    private void inceptionScore(EvaluateConvention convention) {
        InceptionScore.Result score = InceptionScore.of(run.generated().logits(), convention.inceptionScore());
        report.metric("inceptionScore", "Inception score" + suffix, score.mean());
        report.metric("inceptionScoreDeviation", "its deviation over parts", score.deviation());
    }

    private void precisionRecall(EvaluateConvention convention, int k) {
        PrecisionRecall.Result found = PrecisionRecall.of(run.generated().features(), run.real().features(), k,
                convention.precisionRecall());
        report.metric("precision", "precision" + suffix, found.precision());
        report.metric("recall", "recall" + suffix, found.recall());
        report.metric("fScore", "F score" + suffix, found.fScore());
    }
}
