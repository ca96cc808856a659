package org.flowprior.cli.evaluate;

import java.util.ArrayList;
import java.util.List;
import org.flowprior.eval.InceptionScore;
import org.flowprior.eval.PrecisionRecall;

/** Whose evaluator the numbers agree with. */
enum EvaluateConvention {

    TORCH_FIDELITY("torch-fidelity", InceptionScore.Convention.TORCH_FIDELITY,
            "Inception score of 10 parts of the set shuffled by NumPy's RandomState(2020)",
            PrecisionRecall.Convention.TORCH_FIDELITY,
            "precision and recall by Euclidean distances in float32; precision is the share of generated images near "
                    + "real ones, which the evaluation released with the paper calls recall"),
    ADM("adm", InceptionScore.Convention.ADM,
            "Inception score of parts of 5,000 images in the set's order",
            PrecisionRecall.Convention.ADM,
            "precision and recall by squared distances rounded to float16");

    private final String name;
    private final InceptionScore.Convention inceptionScore;
    private final PrecisionRecall.Convention precisionRecall;
    private final String scoreNote;
    private final String precisionNote;

    EvaluateConvention(String name, InceptionScore.Convention inceptionScore, String scoreNote,
            PrecisionRecall.Convention precisionRecall, String precisionNote) {
        this.name = name;
        this.inceptionScore = inceptionScore;
        this.scoreNote = scoreNote;
        this.precisionRecall = precisionRecall;
        this.precisionNote = precisionNote;
    }

    /** Its Inception score. */
    InceptionScore.Convention inceptionScore() {
        return inceptionScore;
    }

    /** Its precision and recall. */
    PrecisionRecall.Convention precisionRecall() {
        return precisionRecall;
    }

    /** Where it differs from the other in what is measured. */
    List<String> notes(EvaluatePlan plan) {
        List<String> notes = new ArrayList<>();
        if (plan.wants(EvaluateMetric.IS)) {
            notes.add(scoreNote);
        }
        if (plan.wants(EvaluateMetric.PR)) {
            notes.add(precisionNote);
        }
        return notes;
    }

    /** As it is typed. */
    @Override
    public String toString() {
        return name;
    }
}
