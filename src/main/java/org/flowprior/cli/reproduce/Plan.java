package org.flowprior.cli.reproduce;

import static org.flowprior.cli.reproduce.Recipe.settings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The steps of a reproduction, each behind those that it needs, in one directory for all figures and tables: what two
 * of them need is made once.
 */
final class Plan {

    private static final String AUTOENCODER = "autoencoder.safetensors";

    private final Path root;
    private final Recipe recipe;
    private final List<String> machine;
    private final Map<String, Step> steps = new LinkedHashMap<>();

    /**
     * An empty plan.
     *
     * @param root    the directory of the reproduction
     * @param machine options for all commands, such as the number of threads
     */
    Plan(Path root, Recipe recipe, List<String> machine) {
        this.root = root;
        this.recipe = recipe;
        this.machine = machine;
    }

    /** What has been planned, in an order in which it can be done. */
    List<Step> steps() {
        return List.copyOf(steps.values());
    }

    /** The toy's run of that target, or of all; its directory. */
    Path toy(String target) {
        String name = "toy/" + target;
        return run(name, List.of("toy", "--target", target), recipe.toy());
    }

    /** A row of a table: the autoencoder, its reconstructions, a generator on its latents, its images. */
    TableRow row(TableRow row) {
        autoencoder(row.variant());
        evaluation(row.variant(), TableRow.Measured.RECONSTRUCTION);
        for (TableRow.Measured measured : row.measured()) {
            if (measured != TableRow.Measured.RECONSTRUCTION) {
                samples(row.variant(), measured);
                evaluation(row.variant(), measured);
            }
        }
        return row;
    }

    /** The training of an autoencoder; its directory. */
    Path autoencoder(Variant variant) {
        List<String> options = switch (variant.kind()) {
            case PLAIN -> recipe.plain();
            case KL -> recipe.kl();
            case SOFT_VQ -> recipe.softVq();
            case CODEBOOK -> recipe.codebook();
            case ALIGNED -> Recipe.with(recipe.aligned(), alignment(variant));
        };
        return run("autoencoders/" + variant.key(), List.of("train-autoencoder", "--images", recipe.images(),
                "--validation", recipe.validation()), options);
    }

    private List<String> alignment(Variant variant) {
        Path prior = prior(variant);
        List<String> options = new ArrayList<>(List.of("--prior", prior.resolve("prior.safetensors").toString()));
        options.addAll(settings("loss.alignment.weight", variant.weight(), "evaluation.bank",
                root.resolve("banks/" + variant.target().key())));
        if (variant.target() == TargetKind.VQ) {
            options.addAll(settings("model.latentChannels", 8));
        }
        return options;
    }

    /** The training of the prior of an aligned autoencoder. */
    private Path prior(Variant variant) {
        bank(variant.target());
        String kind = variant.projection();
        String name = variant.target().key() + (kind.equals(variant.target().projection()) ? "" : "-" + kind);
        return run("priors/" + name, List.of("train-flow", "--bank", root.resolve("banks/" + variant.target().key())
                .toString()), Recipe.with(recipe.prior(), settings("projection.kind", kind)));
    }

    private void bank(TargetKind target) {
        String name = "banks/" + target.key();
        String given = recipe.inputs().given(target);
        List<String> source = given == null ? standIn(target) : switch (target) {
            case VAE -> images("vae", given);
            case DINO -> images("dinov2", given);
            case VQ -> List.of("--table", given, "--tensor", "model.quantize.embedding.weight", "--scaling", "1");
            case QWEN -> List.of("--table", given, "--tensor", "model.embed_tokens.weight");
        };
        add(name, Recipe.with(List.of("features"), Recipe.with(source, List.of("--out",
                root.resolve(name).toString()))), root.resolve(name), null);
    }

    private List<String> images(String encoder, String weights) {
        return List.of("--images", recipe.encoded(), "--encoder", encoder, "--weights", weights, "--image-size",
                "" + recipe.side(), "--max-rows", "" + recipe.bankRows());
    }

    private List<String> standIn(TargetKind target) {
        return switch (target) {
            case VAE -> List.of("--latents", latents(Variant.KL).toString());
            case DINO -> List.of("--images", recipe.encoded(), "--encoder", "classifier", "--weights", classifier(),
                    "--image-size", "" + recipe.side());
            case VQ -> List.of("--table", autoencoder(Variant.CODEBOOK).resolve(AUTOENCODER).toString(),
                    "--tensor", "quantize.embedding.weight");
            case QWEN -> List.of("--table", embeddings());
        };
    }

    private String embeddings() {
        Path file = root.resolve("embeddings.safetensors");
        add("embeddings", List.of("reproduce", "embeddings", "--rows", "" + recipe.rows(), "--out", file.toString()),
                file, null);
        return file.toString();
    }

    private String classifier() {
        Path file = root.resolve("classifier.safetensors");
        add("classifier", Recipe.with(List.of("evaluate", "--real", recipe.images(), "--image-size",
                "" + recipe.side(), "--train-classifier", file.toString()), recipe.classifier()), file, null);
        return file.toString();
    }

    private Path latents(Variant variant) {
        String name = "latents/" + variant.key();
        Path place = root.resolve(name);
        String weights = autoencoder(variant).resolve(AUTOENCODER).toString();
        add(name, List.of("encode", "--weights", weights, "--images", recipe.encoded(), "--out", place.toString(),
                "--resume"), place, null);
        return place;
    }

    private Path generator(Variant variant) {
        Path latents = latents(variant);
        return run("generators/" + variant.key(), List.of("train-mar", "--cache", latents.toString()),
                recipe.generator());
    }

    private Path samples(Variant variant, TableRow.Measured measured) {
        String name = "samples/" + measured.file(variant);
        Path grid = root.resolve(name + ".png");
        Path weights = root.resolve("autoencoders/" + variant.key()).resolve(AUTOENCODER);
        Path generator = generator(variant).resolve("mar.safetensors");
        List<String> words = List.of("sample", "--mar", generator.toString(), "--autoencoder", weights.toString(),
                "--count", "" + recipe.samples(), "--cfg",
                measured == TableRow.Measured.GUIDED ? "" + recipe.guidance() : "1", "--out",
                root.resolve(name).toString(), "--grid", grid.toString());
        add(name, Recipe.with(words, recipe.sampling()), grid, null);
        return root.resolve(name);
    }

    private void evaluation(Variant variant, TableRow.Measured measured) {
        String name = "evaluations/" + measured.file(variant);
        Path json = root.resolve(name + ".json");
        boolean reconstruction = measured == TableRow.Measured.RECONSTRUCTION;
        String network = recipe.features(recipe.inputs().inception == null ? classifier() : null);
        Path weights = root.resolve("autoencoders/" + variant.key()).resolve(AUTOENCODER);
        List<String> judged = reconstruction ? List.of("--autoencoder", weights.toString())
                : List.of("--generated", root.resolve("samples/" + measured.file(variant)).toString());
        List<String> words = new ArrayList<>(List.of("evaluate"));
        words.addAll(judged);
        words.addAll(List.of("--real", recipe.validation(), "--image-size", "" + recipe.side(), "--features", network,
                "--metrics", reconstruction ? "rfid,psnr,ssim" : "fid,is,pr", "--out", json.toString()));
        add(name, words, json, null);
    }

    /** A command with a run directory; the directory. */
    private Path run(String name, List<String> words, List<String> options) {
        Path place = root.resolve(name);
        List<String> all = Recipe.with(words, options);
        all.addAll(List.of("--out", place.toString()));
        Path result = name.equals("toy/all") ? place.resolve("table.md") : place.resolve("summary.json");
        add(name, all, result, place);
        return place;
    }

    private void add(String name, List<String> words, Path result, Path goesOn) {
        if (!steps.containsKey(name)) {
            List<String> all = words.getFirst().equals("reproduce") ? words : Recipe.with(words, machine);
            steps.put(name, new Step(name, all, result, goesOn));
        }
    }
}
