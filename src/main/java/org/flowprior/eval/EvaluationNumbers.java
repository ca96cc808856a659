package org.flowprior.eval;

import java.util.ArrayList;
import java.util.List;

/** The numbers of what one pass has gathered, with their labels, and notes about them. */
final class EvaluationNumbers {

    private final EvaluationPlan plan;
    private final ImagePass pass;
    private final String suffix;
    private final List<String> notes;
    private final List<EvaluationResult.Measure> measures = new ArrayList<>();

    /**
     * No numbers yet.
     *
     * @param network whose features they are of, or null
     * @param notes   takes more of them
     */
    EvaluationNumbers(EvaluationPlan plan, ImagePass pass, FeatureNetwork network, List<String> notes) {
        this.plan = plan;
        this.pass = pass;
        this.suffix = network == null || network.isInception() ? "" : " of " + network.label();
        this.notes = notes;
    }

    /**
     * Computes all.
     *
     * @param real statistics of the real images
     */
    List<EvaluationResult.Measure> measure(StatisticsFile.Reference real, EvaluationConvention convention, int k) {
        if (plan.wants(Metric.FID)) {
            frechet("fid", "FID", pass.generated().pooled(), real.pooled());
        }
        if (plan.wants(Metric.SFID)) {
            add("sfid", "sFID", FrechetDistance.of(pass.generated().spatial(), real.spatial()));
        }
        if (plan.wants(Metric.IS)) {
            InceptionScore.Result score = InceptionScore.of(pass.generated().logits(), convention.inceptionScore());
            add("inceptionScore", "Inception score", score.mean());
            measures.add(new EvaluationResult.Measure("inceptionScoreDeviation", "its deviation over parts",
                    score.deviation()));
        }
        if (plan.wants(Metric.PR)) {
            PrecisionRecall.Result found = PrecisionRecall.of(pass.generated().features(), pass.real().features(), k,
                    convention.precisionRecall());
            add("precision", "precision", found.precision());
            add("recall", "recall", found.recall());
            add("fScore", "F score", found.fScore());
        }
        if (plan.wants(Metric.RFID)) {
            frechet("rfid", "rFID", pass.reconstructed().pooled(), pass.real().pooled());
        }
        pass.pairs().measure(measures, notes);
        return measures;
    }

    private void add(String key, String name, double value) {
        measures.add(new EvaluationResult.Measure(key, name + suffix, value));
    }

    private void frechet(String key, String name, GaussianStatistics made, GaussianStatistics real) {
        add(key, name, FrechetDistance.of(made, real));
        if (made.count() <= made.dimension()) {
            notes.add(name + ": " + made.count() + " images have no full covariance of " + made.dimension()
                    + " features; the number falls with more images");
        }
    }
}
