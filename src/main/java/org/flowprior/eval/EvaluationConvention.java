package org.flowprior.eval;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The evaluator whose numbers are computed. Evaluators differ in Inception score, precision and recall. */
public enum EvaluationConvention {

    /** The package torch-fidelity. */
    TORCH_FIDELITY("torch-fidelity", InceptionScore.Convention.TORCH_FIDELITY,
            PrecisionRecall.Convention.TORCH_FIDELITY,
            Map.of(Metric.IS, "Inception score of 10 parts of the set shuffled by NumPy's RandomState(2020)", Metric.PR,
                    "precision and recall by Euclidean distances in float32; precision is the share of generated "
                            + "images near real ones, which the evaluation released with the paper calls recall")),
    /** The evaluator of guided-diffusion. */
    ADM("adm", InceptionScore.Convention.ADM, PrecisionRecall.Convention.ADM,
            Map.of(Metric.IS, "Inception score of parts of 5,000 images in the set's order", Metric.PR,
                    "precision and recall by squared distances rounded to float16"));

    private final String name;
    private final InceptionScore.Convention inceptionScore;
    private final PrecisionRecall.Convention precisionRecall;
    private final Map<Metric, String> notes;

    EvaluationConvention(String name, InceptionScore.Convention inceptionScore,
            PrecisionRecall.Convention precisionRecall, Map<Metric, String> notes) {
        this.name = name;
        this.inceptionScore = inceptionScore;
        this.precisionRecall = precisionRecall;
        this.notes = notes;
    }

    /** Returns the evaluator's Inception score. */
    public InceptionScore.Convention inceptionScore() {
        return inceptionScore;
    }

    /** Returns the evaluator's precision and recall. */
    public PrecisionRecall.Convention precisionRecall() {
        return precisionRecall;
    }

    /** Returns sentences that say how this evaluator computes those of the metrics in which evaluators differ. */
    List<String> notes(Set<Metric> metrics) {
        return Stream.of(Metric.IS, Metric.PR).filter(metrics::contains).map(notes::get).toList();
    }

    /** Returns the name as users type it, such as {@code torch-fidelity}. */
    @Override
    public String toString() {
        return name;
    }
}
