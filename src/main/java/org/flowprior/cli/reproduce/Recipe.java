package org.flowprior.cli.reproduce;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowprior.cli.reproduce.Variant.Kind;

/**
 * The size of a reproduction: the options of its commands.
 *
 * @param scale        its name
 * @param inputs       the given data and weights
 * @param side         pixels along a side of the images
 * @param images       the images that autoencoders, and a classifier, are trained on
 * @param encoded      the images for latents and features
 * @param validation   the images with which reconstructions and generated images are compared
 * @param samples      generated images of an autoencoder, a multiple of the classes
 * @param guidance     scale of the guided ones
 * @param classifier   options of the classifier's training
 * @param prior        options of the priors' training
 * @param autoencoders options of the autoencoders' training, for each kind; those of the alignment are not among them
 * @param generator    options of the generators' training
 * @param sampling     options of the sampler
 * @param rows         rows of the synthetic embedding table
 * @param bankRows     the limit of the rows of a bank of image features
 * @param toy          options of the toy
 */
record Recipe(String scale, PaperInputs inputs, int side, String images, String encoded, String validation, int samples,
        double guidance, List<String> classifier, List<String> prior, Map<Kind, List<String>> autoencoders,
        List<String> generator, List<String> sampling, int rows, int bankRows, List<String> toy) {

    /**
     * The numbers of the scale quick.
     *
     * @param classifierSteps steps of the classifier
     * @param priorSteps      steps of a prior
     * @param steps           steps of an autoencoder
     * @param codebookSteps   steps of the autoencoder whose codebook is a target
     * @param generatorSteps  steps of a generator
     * @param encoded         images for the latents of a generator's training
     * @param validation      images to compare with
     * @param samples         images generated, at least
     * @param rows            rows of the synthetic embedding table
     * @param points          latent tokens whose nearest neighbours are searched
     * @param toySteps        steps of the toy's flow and of its alignment; 0 for those of its preset
     */
    record Quick(int classifierSteps, int priorSteps, int steps, int codebookSteps, int generatorSteps, int encoded,
            int validation, int samples, int rows, int points, int toySteps) {

        /** Takes half an hour for a table on two cores. */
        static final Quick STANDARD = new Quick(600, 1000, 600, 300, 900, 3000, 1000, 500, 8192, 2000, 0);
    }

    private static final int SIDE = 64;
    private static final int PAPER_SIDE = 256;
    private static final int PAPER_SAMPLES = 50_000;
    private static final int QUICK_ROWS = 65_536;
    private static final int PAPER_ROWS = 8_388_608;
    private static final double QUICK_GUIDANCE = 3;
    private static final double PAPER_GUIDANCE = 2.9;

    /**
     * Returns the recipe for minutes to half an hour on two cores: the quick presets made smaller and shorter, on
     * synthetic images if none are given.
     *
     * @param classes of the images
     */
    static Recipe quick(PaperInputs inputs, int classes, Quick sizes) {
        boolean synthetic = inputs.images == null;
        List<String> autoencoder = settings("training.steps", sizes.steps, "training.warmupSteps", sizes.steps / 12,
                "evaluation.every", Math.max(1, sizes.steps / 10), "evaluation.images", 128, "evaluation.points",
                sizes.points, "log.checkpointEvery", Math.max(1, sizes.steps / 3), "log.keepCheckpoints", 1);
        List<String> codebook = new ArrayList<>(autoencoder);
        codebook.addAll(settings("training.steps", sizes.codebookSteps, "training.warmupSteps",
                sizes.codebookSteps / 12, "model.latentChannels", 8, "model.bottleneck.kind", "vq",
                "model.bottleneck.codes", 1024));
        return new Recipe("quick", inputs, SIDE,
                synthetic ? "procedural:64" : inputs.images,
                synthetic ? "procedural:64?count=" + sizes.encoded : inputs.images,
                synthetic ? "procedural:64?seed=1&count=" + sizes.validation : inputs.validation,
                (sizes.samples + classes - 1) / classes * classes, QUICK_GUIDANCE,
                List.of("--classifier-steps", "" + sizes.classifierSteps),
                settings("training.steps", sizes.priorSteps, "training.warmupSteps", sizes.priorSteps / 12,
                        "network.width", 128, "evaluation.every", Math.max(1, sizes.priorSteps / 2),
                        "evaluation.references", 5000, "evaluation.rows", 256, "log.checkpointEvery",
                        Math.max(1, sizes.priorSteps / 2)),
                Map.of(Kind.PLAIN, autoencoder,
                        Kind.KL, with(autoencoder, settings("model.bottleneck.kind", "kl")),
                        Kind.SOFT_VQ, with(autoencoder, settings("model.bottleneck.kind", "softvq")),
                        Kind.ALIGNED, autoencoder, Kind.CODEBOOK, codebook),
                settings("training.steps", sizes.generatorSteps, "training.warmupSteps", sizes.generatorSteps / 20,
                        "training.batch", 32, "evaluation.images", 128, "data.flip", true, "model.width", 128,
                        "model.bufferSize", 4, "model.maskRatioMin", 0.7, "model.head.multiplicity", 1,
                        "model.head.width", 192,
                        "evaluation.every", Math.max(1, sizes.generatorSteps / 2), "log.checkpointEvery",
                        Math.max(1, sizes.generatorSteps / 2)),
                List.of("--steps", "25", "--batch", "100"), sizes.rows, QUICK_ROWS,
                sizes.toySteps == 0 ? List.of() : settings("flow.steps", sizes.toySteps, "alignment.steps",
                        sizes.toySteps));
    }

    /** Returns the recipe for machines with GPUs: the official presets, with all inputs given. */
    static Recipe paper(PaperInputs inputs, int classes) {
        List<String> weights = settings("model.encoder.weights", inputs.encoder, "loss.perceptual.vgg", inputs.vgg,
                "loss.perceptual.heads", inputs.lpipsHeads, "loss.adversarial.backbone", inputs.dino);
        return new Recipe("paper", inputs, PAPER_SIDE, inputs.images, inputs.images, inputs.validation,
                (PAPER_SAMPLES + classes - 1) / classes * classes, PAPER_GUIDANCE, List.of(),
                List.of("--config", "paper"),
                Map.of(Kind.PLAIN, preset("official-ae", weights), Kind.KL, preset("official-kl", weights),
                        Kind.SOFT_VQ, preset("official-softvq",
                                with(weights, settings("model.repa.model.weights", inputs.encoder))),
                        Kind.ALIGNED, preset("official", weights)),
                List.of("--config", "paper"),
                List.of("--batch", "256", "--precision", "bf16"), 0, PAPER_ROWS, List.of("--config", "paper"));
    }

    private static List<String> preset(String name, List<String> more) {
        return with(List.of("--config", name), more);
    }

    /** Returns the first words, then the others. */
    static List<String> with(List<String> some, List<String> more) {
        List<String> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    /** Returns a {@code --set} for each key and value. */
    static List<String> settings(Object... keysAndValues) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            all.add("--set");
            all.add(keysAndValues[i] + "=" + keysAndValues[i + 1]);
        }
        return all;
    }

    /** Returns the feature network as {@code evaluate} takes it. */
    String features(String classifierFile) {
        return inputs.inception != null ? "inception:" + inputs.inception : "classifier:" + classifierFile;
    }
}
