package org.flowprior.cli.reproduce;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The notes below a table: differences from the paper, stand-ins, and the files of the numbers. */
final class TableNotes {

    private TableNotes() {}

    /**
     * Returns the notes of a table.
     *
     * @param evaluation one of the evaluation files
     * @param seconds    time of the steps
     */
    static List<String> of(Subject subject, Recipe recipe, JsonObject evaluation, double seconds) {
        List<String> notes = new ArrayList<>();
        PaperInputs inputs = recipe.inputs();
        notes.add("Images: " + recipe.images() + " to train on, " + recipe.validation() + " to compare with, "
                + recipe.side() + " pixels a side; " + recipe.samples() + " generated for each cell"
                + (subject == Subject.TABLE1 ? ", with guidance of scale " + recipe.guidance()
                        + " (the paper does not give its own)" : ", without guidance")
                + ".");
        if (!evaluation.get("published").getAsBoolean()) {
            notes.add("rFID, FID" + (subject == Subject.TABLE1 ? ", IS, precision and recall" : " and IS")
                    + " are those of " + evaluation.get("features").getAsString()
                    + " instead of Inception's: compare them with each other, not with the paper's.");
        }
        if (subject == Subject.TABLE1) {
            notes.add(
                    "The paper's precision and recall are as printed; its released evaluation exchanges the two names. "
                            + "Here they have the usual meaning.");
        } else {
            notes.add("The paper trained the autoencoders of its weights for a shorter time than those of its "
                    + "projections and does not say for how long; here all times are equal, and random projection and "
                    + "weight 0.01 are the same run.");
        }
        if (recipe.scale().equals("quick")) {
            quick(subject, inputs, notes);
        }
        notes.add("Numbers come from evaluations/*.json, for the runs in autoencoders/, generators/ and samples/; "
                + "steps.json has every command.");
        notes.add(String.format(Locale.ROOT, "The steps took %.0f s (%.1f minutes).", seconds, seconds / 60));
        return notes;
    }

    private static void quick(Subject subject, PaperInputs inputs, List<String> notes) {
        notes.add("Networks and training are smaller and shorter than in the quick presets: one run of each, no "
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
                    case QWEN -> "In place of Qwen's token embeddings: a synthetic table, clusters with a decaying "
                            + "spectrum.";
                });
            }
        }
    }
}
