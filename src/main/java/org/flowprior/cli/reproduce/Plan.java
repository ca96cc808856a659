package org.flowprior.cli.reproduce;

import static org.flowprior.cli.reproduce.Recipe.settings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.cli.reproduce.TableRow.Measured;

/**
 * The steps of a reproduction, each after those that it needs, in one directory for all figures and tables: a step that
 * two of them need is done once.
 */
final class Plan {

    private static final String AUTOENCODER = "autoencoder.safetensors";

    private final Path root;
    private final Recipe recipe;
    private final List<String> machine;
    private final Map<String, Step> steps = new LinkedHashMap<>();

    /**
     * Makes an empty plan.
     *
     * @param root    the directory of the reproduction
     * @param machine options for all commands, such as the number of threads
     */
    Plan(Path root, Recipe recipe, List<String> machine) {
        this.root = root;
        this.recipe = recipe;
        this.machine = machine;
    }

    /** Returns the planned steps in an order in which they can be done. */
    List<Step> steps() {
        return List.copyOf(steps.values());
    }

    /** Plans the toy's run of that target, or of all. Returns its directory. */
    Path toy(String target) {
        return run("toy/" + target, List.of("toy", "--target", target), recipe.toy());
    }

    /** Plans a row of a table: the autoencoder, its reconstructions, a generator on its latents, its images. */
    void row(TableRow row) {
        autoencoder(row.variant());
        evaluation(row.variant(), Measured.RECONSTRUCTION);
        for (Measured measured : row.measured()) {
            if (measured != Measured.RECONSTRUCTION) {
                samples(row.variant(), measured);
                evaluation(row.variant(), measured);
            }
        }
    }

    /** Plans the training of an autoencoder. Returns its directory. */
    Path autoencoder(Variant variant) {
        List<String> options = recipe.autoencoders().get(variant.kind());
        if (variant.target() != null) {
            options = Recipe.with(options, alignment(variant));
        }
        return run("autoencoders/" + variant.key(), List.of("train-autoencoder", "--images", recipe.images(),
                "--validation", recipe.validation()), options);
    }

    private List<String> alignment(Variant variant) {
        Path prior = prior(variant);
        List<String> options = new ArrayList<>(List.of("--prior", prior.resolve("prior.safetensors").toString()));
        options.addAll(settings("loss.alignment.weight", variant.weight(), "evaluation.bank",
                file("banks/" + variant.target().key())));
        if (variant.target() == TargetKind.VQ) {
            options.addAll(settings("model.latentChannels", 8));
        }
        return options;
    }

    /** Plans the training of the prior of an aligned autoencoder. */
    private Path prior(Variant variant) {
        bank(variant.target());
        String target = variant.target().key();
        String kind = variant.projection();
        return run("priors/" + target + (kind.equals(variant.target().projection) ? "" : "-" + kind),
                List.of("train-flow", "--bank", file("banks/" + target)),
                Recipe.with(recipe.prior(), settings("projection.kind", kind)));
    }

    private void bank(TargetKind target) {
        String name = "banks/" + target.key();
        String given = recipe.inputs().given(target);
        List<String> source = given == null ? standIn(target) : switch (target) {
            case VAE -> images("vae", given);
            case DINO -> images("dinov2", given);
            case VQ -> List.of("--table", given, "--tensor", "model.quantize.embedding.weight", "--scaling", "1");
            case QWEN -> List.of("--table", given, "--tensor", SyntheticEmbeddings.TENSOR);
        };
        add(name, Recipe.with(List.of("features"), Recipe.with(source, List.of("--out", file(name)))), name);
    }

    private List<String> images(String encoder, String weights) {
        return List.of("--images", recipe.encoded(), "--encoder", encoder, "--weights", weights, "--image-size",
                "" + recipe.side(), "--max-rows", "" + recipe.bankRows());
    }

    private List<String> standIn(TargetKind target) {
        return switch (target) {
            case VAE -> List.of("--latents", latents(Variant.KL));
            case DINO -> List.of("--images", recipe.encoded(), "--encoder", "classifier", "--weights", classifier(),
                    "--image-size", "" + recipe.side());
            case VQ -> List.of("--table", autoencoder(Variant.CODEBOOK).resolve(AUTOENCODER).toString(),
                    "--tensor", "quantize.embedding.weight");
            case QWEN -> List.of("--table", embeddings());
        };
    }

    private String embeddings() {
        String file = "embeddings.safetensors";
        return add("embeddings", List.of("reproduce", "embeddings", "--rows", "" + recipe.rows(), "--out", file(file)),
                file);
    }

    private String classifier() {
        String file = "classifier.safetensors";
        return add("classifier", Recipe.with(List.of("evaluate", "--real", recipe.images(), "--image-size",
                "" + recipe.side(), "--train-classifier", file(file)), recipe.classifier()), file);
    }

    private String latents(Variant variant) {
        String name = "latents/" + variant.key();
        String weights = autoencoder(variant).resolve(AUTOENCODER).toString();
        return add(name, List.of("encode", "--weights", weights, "--images", recipe.encoded(), "--out", file(name),
                "--resume"), name);
    }

    private Path generator(Variant variant) {
        return run("generators/" + variant.key(), List.of("train-mar", "--cache", latents(variant)),
                recipe.generator());
    }

    private void samples(Variant variant, Measured measured) {
        String name = "samples/" + measured.file(variant);
        List<String> words = List.of("sample", "--mar", generator(variant).resolve("mar.safetensors").toString(),
                "--autoencoder", weights(variant), "--count", "" + recipe.samples(), "--cfg",
                measured == Measured.GUIDED ? "" + recipe.guidance() : "1", "--out", file(name), "--grid",
                file(name + ".png"));
        add(name, Recipe.with(words, recipe.sampling()), name + ".png");
    }

    private void evaluation(Variant variant, Measured measured) {
        String name = "evaluations/" + measured.file(variant);
        boolean reconstruction = measured == Measured.RECONSTRUCTION;
        String network = recipe.features(recipe.inputs().inception == null ? classifier() : null);
        List<String> judged = reconstruction ? List.of("evaluate", "--autoencoder", weights(variant))
                : List.of("evaluate", "--generated", file("samples/" + measured.file(variant)));
        add(name, Recipe.with(judged, List.of("--real", recipe.validation(), "--image-size", "" + recipe.side(),
                "--features", network, "--metrics", reconstruction ? "rfid,psnr,ssim" : "fid,is,pr", "--out",
                file(name + ".json"))), name + ".json");
    }

    private String weights(Variant variant) {
        return file("autoencoders/" + variant.key() + "/" + AUTOENCODER);
    }

    private String file(String name) {
        return root.resolve(name).toString();
    }

    /** Adds a command with a run directory. Returns the directory. */
    private Path run(String name, List<String> words, List<String> options) {
        Path place = root.resolve(name);
        List<String> all = Recipe.with(words, options);
        all.addAll(List.of("--out", place.toString()));
        add(name, all, place.resolve(name.equals("toy/all") ? "table.md" : "summary.json"), place);
        return place;
    }

    /** Adds a command without a run directory. Returns its result, which is given relative to the root. */
    private String add(String name, List<String> words, String result) {
        add(name, words, root.resolve(result), null);
        return file(result);
    }

    private void add(String name, List<String> words, Path result, Path run) {
        if (!steps.containsKey(name)) {
            List<String> all = words.getFirst().equals("reproduce") ? words : Recipe.with(words, machine);
            steps.put(name, new Step(name, all, result, run));
        }
    }
}
