package org.flowprior.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Whose evaluator the numbers agree with. The evaluators differ in Inception score, precision and recall. */
public enum EvaluationConvention {

    /** The package torch-fidelity. */
    TORCH_FIDELITY("torch-fidelity", InceptionScore.Convention.TORCH_FIDELITY,
            "Inception score of 10 parts of the set shuffled by NumPy's RandomState(2020)",
            PrecisionRecall.Convention.TORCH_FIDELITY,
            "precision and recall by Euclidean distances in float32; precision is the share of generated images near "
                    + "real ones, which the evaluation released with the paper calls recall"),
    /** The evaluator of guided-diffusion. */
    ADM("adm", InceptionScore.Convention.ADM,
            "Inception score of parts of 5,000 images in the set's order",
            PrecisionRecall.Convention.ADM,
            "precision and recall by squared distances rounded to float16");

    private final String name;
    private final InceptionScore.Convention inceptionScore;
    private final PrecisionRecall.Convention precisionRecall;
    private final String scoreNote;
    private final String precisionNote;

    EvaluationConvention(String name, InceptionScore.Convention inceptionScore, String scoreNote,
            PrecisionRecall.Convention precisionRecall, String precisionNote) {
        this.name = name;
        this.inceptionScore = inceptionScore;
        this.scoreNote = scoreNote;
        this.precisionRecall = precisionRecall;
        this.precisionNote = precisionNote;
    }

    /** Its Inception score. */
    public InceptionScore.Convention inceptionScore() {
        return inceptionScore;
    }

    /** Its precision and recall. */
    public PrecisionRecall.Convention precisionRecall() {
        return precisionRecall;
    }

    /** Says where it differs from the other in these metrics. */
    List<String> notes(Set<Metric> metrics) {
        List<String> notes = new ArrayList<>();
        if (metrics.contains(Metric.IS)) {
            notes.add(scoreNote);
        }
        if (metrics.contains(Metric.PR)) {
            notes.add(precisionNote);
        }
        return notes;
    }

    /** The name as users type it, such as {@code torch-fidelity}. */
    @Override
    public String toString() {
        return name;
    }
}
