package org.flowprior.cli.common;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.RequestException;
import org.flowprior.torch.Device;
import org.flowprior.torch.Libtorch;
import org.flowprior.train.RunDirectory;
import org.flowprior.train.StageConfig;
import org.flowprior.train.TrainingRun;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of all commands with a run directory. */
public final class RunOptions {

    private static final Path RUNS = Path.of("runs");

    @Option(names = {"-c", "--config"}, paramLabel = "FILE|PRESET",
            description = "a preset's name, or a JSON file; keys that it leaves out come from the first preset")
    private String config;

    @Option(names = {"-s", "--set"}, paramLabel = "KEY=VALUE",
            description = "changes one key of the config, such as flow.steps=2000; --help-config lists the keys; may be "
                    + "repeated")
    private List<String> assignments = new ArrayList<>();

    @Option(names = {"-o", "--out"}, paramLabel = "DIR",
            description = "the run's directory (default: a new one in runs/)")
    private Path out;

    @Option(names = "--resume", description = "continues the run in --out, or the latest of that name in runs/")
    private boolean resume;

    @Option(names = "--resume-from", paramLabel = "STEP|DIR",
            description = "continues that run from an older checkpoint, named by its step or directory")
    private String resumeFrom;

    @Option(names = "--seed", paramLabel = "N", description = "fixes all random numbers (default: the config's)")
    private Long seed;

    @Option(names = "--device", paramLabel = "DEVICE", description = "cpu, cuda or cuda:N (default: the config's)")
    private String device;

    @Option(names = "--threads", paramLabel = "N", description = "threads of an op on the CPU (default: all cores)")
    private Integer threads;

    @Option(names = "--precision", paramLabel = "NAME", description = "float32 or bf16 (default: the config's)")
    private String precision;

    @Mixin
    private PreviewOptions preview;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** Returns the preset or file of {@code --config}; null if it was not given. */
    public String config() {
        return config;
    }

    /** Returns the directory of {@code --out}; null if it was not given. */
    public Path out() {
        return out;
    }

    /** Returns the options that show what would happen. */
    public PreviewOptions preview() {
        return preview;
    }

    /** Returns true if a run is resumed. */
    public boolean resume() {
        return resume || resumeFrom != null;
    }

    /** Returns the checkpoint from which the run is resumed; null for the newest. */
    public String resumeFrom() {
        return resumeFrom;
    }

    /**
     * Returns the changes to the config, each as {@code KEY=VALUE}: those of {@code --set}, of the options here, and of
     * the command's own options.
     *
     * @param own keys and values of the command's own options, in turn; a key whose value is null stays
     */
    public List<String> assignments(Object... own) {
        List<String> all = new ArrayList<>(assignments);
        add(all, "seed", seed, "device", device, "threads", threads, "precision", precision);
        add(all, own);
        return all;
    }

    /**
     * Returns the run's directory: {@code --out}; else {@code runs/NAME-CONFIG}, the latest to resume, a new one to
     * begin.
     *
     * @param runName gives the beginning of the name, if it is needed
     */
    public Path directory(Supplier<String> runName, ConfigLoader<?> loader) throws IOException {
        if (out != null) {
            return out;
        }
        String source = config == null ? loader.presets().getFirst()
                : Path.of(config).getFileName().toString().replaceFirst("\\.json$", "");
        String name = runName.get() + "-" + source;
        return resume() ? RunDirectory.latest(RUNS, name) : RunDirectory.unused(RUNS, name);
    }

    /** Checks the config's device and sets the number of threads. Returns the config with that number. */
    public <T extends Record & StageConfig<T>> T ready(T chosen) {
        Device device = Devices.require(chosen.device());
        Devices.warnIfSlow(device, chosen.precision(), ", a step may take a hundred times as long as in float32; "
                + "--precision float32 avoids that", spec.commandLine().getErr());
        if (chosen.threads() > 0) {
            Libtorch.setThreads(chosen.threads());
        }
        return chosen.withThreads(Libtorch.threads());
    }

    /**
     * Prepares a run to continue.
     *
     * @param begun the config that it began with
     * @param given the config that the options make of it
     * @throws RequestException if the two differ
     */
    public <T extends Record & StageConfig<T>> void resume(ConfigLoader<T> loader, T begun, T given, Path run) {
        loader.requireSame(begun, given.continuing(begun), run);
        ready(begun);
    }

    /**
     * Prepares a training run to continue. Returns the config that it began with.
     *
     * @param assignments changes by the options
     * @throws RequestException if the options give another config
     */
    public <T extends Record & StageConfig<T>> T resumed(ConfigLoader<T> loader, TrainingRun run,
            List<String> assignments) {
        T begun = run.config(loader, this::remark);
        resume(loader, begun, (config != null ? loader.load(config, assignments)
                : loader.read(run.directory().config(), assignments)).withAbsolutePaths(), run.path());
        return begun;
    }

    /** Prints a line on standard error. */
    public void remark(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("flowprior: " + line);
        err.flush();
    }

    private static void add(List<String> all, Object... keysAndValues) {
        for (int i = 0; i < keysAndValues.length; i += 2) {
            if (keysAndValues[i + 1] != null) {
                all.add(keysAndValues[i] + "=" + keysAndValues[i + 1]);
            }
        }
    }
}
