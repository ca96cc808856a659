package org.flowprior.cli.toy;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.flowprior.cli.common.RunOptions;
import org.flowprior.cli.common.Subcommand;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.Json;
import org.flowprior.config.RequestException;
import org.flowprior.target.ToyTarget;
import org.flowprior.train.RunDirectory;
import org.flowprior.train.TrainingRun;
import org.flowprior.train.toy.ToyConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowprior toy}: runs the 2-D experiments of Sec. 5.1 and App. B, and draws their figures. */
@Command(
        name = "toy",
        sortOptions = false,
        description = {
            "Trains a flow on a distribution in the plane, freezes it, minimises its alignment loss over 1,000 latents, "
                    + "and draws the paper's Figures 3 and 6; for all targets also Figure 5, with a table.",
            "Presets: quick (the default; minutes for each target on two cores) and paper (the printed values; hours)."},
        footerHeading = "%nExamples:%n",
        footer = {
            "  flowprior toy",
            "  flowprior toy --target all --report",
            "  flowprior toy --target moons --config paper --seed 1 --out runs/paper",
            "  flowprior toy --set alignment.weighting=likelihood --set flow.steps=2000",
            "  flowprior toy --resume --out runs/paper"})
public final class Toy extends Subcommand {

    private static final String ALL = "all";

    @Option(names = {"-t", "--target"}, paramLabel = "NAME", description = "gaussian, grid, moons, rings, spiral, "
            + "swissroll, or all, each in a directory of its own (default: the config's)")
    private String target;

    @Option(names = "--report", description = "also measures the theory: exact likelihoods, the bound, "
            + "correlations, how concentrated the latents are; aligns a second time with the other time weighting")
    private boolean report;

    @Mixin
    private RunOptions options;

    private final ConfigLoader<ToyConfig> loader = ToyConfig.loader();

    @Override
    public Integer call() throws IOException {
        requireTarget();
        if (options.preview().show(loader, this::shown, out())) {
            return 0;
        }
        Path directory = options.resume() ? directory(ALL.equals(target) ? ALL : null) : null;
        boolean all = directory == null ? ALL.equals(target) : isOfAll(directory);
        if (options.preview().isDryRun()) {
            preview(directory, all);
            return 0;
        }
        Experiment experiment = new Experiment(session().console(), session()::stopRequests, out(), report);
        try (TrainingRun run = directory == null ? begin(all) : TrainingRun.resume(directory,
                options.resumeFrom())) {
            ToyConfig config = resolved(run, all);
            session().console().say("flowprior toy in " + run.path());
            if (all) {
                new TargetSeries(experiment, loader, config, run).runAll();
            } else {
                experiment.run(run, config);
            }
        }
        return 0;
    }

    private JsonObject shown() throws IOException {
        Path directory = options.resume() ? directory(ALL.equals(target) ? ALL : null) : null;
        return directory != null ? Json.read(RunDirectory.configOf(directory))
                : stated(loader.load(options.config(), assignments()), ALL.equals(target));
    }

    /** Returns the config as a run's directory states it. */
    private JsonObject stated(ToyConfig config, boolean all) {
        return all ? TargetSeries.shared(loader.toJson(config)) : loader.toJson(config);
    }

    private void preview(Path resumed, boolean all) throws IOException {
        ToyConfig config;
        String place;
        if (resumed != null) {
            try (TrainingRun run = TrainingRun.resume(resumed)) {
                config = resolved(run, all);
                place = resumed + ", a run that was begun";
            }
        } else {
            config = options.ready(loader.load(options.config(), assignments()));
            Path directory = directory(all ? ALL : config.target().commandName());
            RunDirectory.requireFree(directory);
            place = directory + ", a new run";
        }
        options.preview().print("toy, " + (all ? "all targets" : config.target().commandName()) + ", "
                + config.flow().steps() + " steps of the flow and " + config.alignment().steps()
                + " of the alignment", place, loader, config, out());
    }

    private void requireTarget() {
        List<String> known = Stream.concat(Arrays.stream(ToyTarget.values()).map(ToyTarget::commandName),
                Stream.of(ALL)).toList();
        if (target != null && !known.contains(target)) {
            throw new RequestException("--target " + target + " is none of " + String.join(", ", known));
        }
    }

    /** Returns the changes to the config; one for all targets names any of them. */
    private List<String> assignments() {
        return options.assignments("target", ALL.equals(target) ? ToyTarget.GAUSSIAN.commandName() : target);
    }

    /** Returns true if the directory holds a run of all targets. Refuses one that {@code --target} contradicts. */
    private boolean isOfAll(Path directory) {
        boolean all = TargetSeries.isIn(directory);
        if (target != null && RunDirectory.isRun(directory) && all != target.equals(ALL)) {
            throw new RequestException(all ? directory + " holds a run of all targets; --resume cannot make it "
                    + target : directory + " holds a run of one target; --resume cannot make it one of all");
        }
        return all;
    }

    private TrainingRun begin(boolean all) throws IOException {
        ToyConfig config = options.ready(loader.load(options.config(), assignments()));
        return TrainingRun.create(directory(all ? ALL : config.target().commandName()),
                stated(config, all));
    }

    /**
     * Returns the run's directory.
     *
     * @param named the target that names the run; null for that of the options
     */
    private Path directory(String named) throws IOException {
        return options.directory(() -> "toy-"
                + (named != null ? named : loader.load(options.config(), assignments()).target().commandName()),
                loader);
    }

    private ToyConfig resolved(TrainingRun run, boolean all) {
        ToyConfig config = all ? read(run, true, List.of(), options::remark) : run.config(loader, options::remark);
        if (options.resume()) {
            ToyConfig given = options.config() != null ? loader.load(options.config(), assignments())
                    : read(run, all, assignments(), notice -> {});
            options.resume(loader, config, given, run.path());
        }
        return config;
    }

    private ToyConfig read(TrainingRun run, boolean all, List<String> assignments, Consumer<String> notice) {
        List<String> whole = new ArrayList<>(assignments);
        if (all) {
            whole.add("target=" + ToyTarget.GAUSSIAN.commandName());
        }
        return loader.read(run.directory().config(), whole, notice);
    }
}
