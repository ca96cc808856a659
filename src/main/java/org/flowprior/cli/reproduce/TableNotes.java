package org.flowprior.cli.reproduce;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What stands below a table: what differs from the paper, what stands in for what, and where the numbers are. */
final class TableNotes {

    private TableNotes() {}

    /**
     * The notes of a table.
     *
     * @param evaluation one of the files that the numbers are from
     * @param seconds    what the steps took
     */
    static List<String> of(Subject subject, Recipe recipe, JsonObject evaluation, double seconds) {
        List<String> notes = new ArrayList<>();
        PaperInputs inputs = recipe.inputs();
        notes.add("Images: " + recipe.images() + " to train on, " + recipe.validation() + " to compare with, "
                + recipe.side() + " pixels a side; " + recipe.samples() + " generated ones a cell"
                + (subject == Subject.TABLE1 ? ", with guidance of scale " + recipe.guidance()
                        + " (the paper does not give its own)" : ", without guidance")
                + ".");
        if (!evaluation.get("published").getAsBoolean()) {
            notes.add("rFID, FID" + (subject == Subject.TABLE1 ? ", IS, precision and recall" : " and IS")
                    + " are those of " + evaluation.get("features").getAsString()
                    + " instead of Inception's: to be compared with each other, not with the paper's.");
        }
        if (subject == Subject.TABLE1) {
            notes.add("The paper's precision and recall are as printed; the evaluation that it was released with "
                    + "exchanges the two names, here they are the usual ones.");
        } else {
            notes.add("The paper trained the autoencoders of its weights for a shorter time than those of its "
                    + "projections and does not say for how long; here all have the same, and random projection and "
                    + "weight 0.01 are one and the same run.");
        }
        if (recipe.scale().equals("quick")) {
            quick(subject, inputs, notes);
        }
        notes.add("Numbers are read from evaluations/*.json, of the runs in autoencoders/, generators/ and samples/; "
                + "steps.json has every command.");
        notes.add(String.format(Locale.ROOT, "The steps took %.0f s (%.1f minutes).", seconds, seconds / 60));
        return notes;
    }

    private static void quick(Subject subject, PaperInputs inputs, List<String> notes) {
        notes.add("Networks and training are the quick presets', smaller and shorter still: one run of each, no "
                + "perceptual and no adversarial loss.");
        if (subject == Subject.TABLE1) {
            notes.add("SoftVQ is without its alignment to DINOv2's features.");
        }
        for (TargetKind target : subject.targets()) {
            if (inputs.given(target) == null) {
                notes.add(switch (target) {
                    case VAE -> "In place of a VAE's latents: those of the KL autoencoder of this table.";
                    case DINO -> "In place of DINOv2's patch tokens: features of the small classifier"
                            + (inputs.inception == null ? ", which also judges the images." : ".");
                    case VQ -> "In place of LlamaGen's codebook: 1,024 codes of 8 channels of a small autoencoder.";
                    case QWEN -> "In place of Qwen's token embeddings: a drawn table, clusters with a decaying "
                            + "spectrum.";
                });
            }
        }
    }
}
