package org.flowprior.cli.common;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.RequestException;
import org.flowprior.torch.Device;
import org.flowprior.torch.Libtorch;
import org.flowprior.train.RunDirectory;
import org.flowprior.train.StageConfig;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that all commands with a run directory share. */
public final class RunOptions {

    private static final Path RUNS = Path.of("runs");

    @Option(names = {"-c", "--config"}, paramLabel = "FILE|PRESET",
            description = "a preset's name, or a JSON file; keys that it leaves out come from the first preset")
    private String config;

    @Option(names = {"-s", "--set"}, paramLabel = "KEY=VALUE",
            description = "changes one key of the config, such as flow.steps=2000; may be repeated")
    private List<String> assignments = new ArrayList<>();

    @Option(names = {"-o", "--out"}, paramLabel = "DIR",
            description = "the run's directory (default: a new one in runs/)")
    private Path out;

    @Option(names = "--resume", description = "goes on with the run in --out, or with the latest of that name in runs/")
    private boolean resume;

    @Option(names = "--seed", paramLabel = "N", description = "fixes everything (default: the config's)")
    private Long seed;

    @Option(names = "--device", paramLabel = "DEVICE", description = "cpu, cuda or cuda:N (default: the config's)")
    private String device;

    @Option(names = "--threads", paramLabel = "N", description = "threads of an op on the CPU (default: all cores)")
    private Integer threads;

    @Option(names = "--precision", paramLabel = "NAME", description = "float32 or bf16 (default: the config's)")
    private String precision;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    public String config() {
        return config;
    }

    public Path out() {
        return out;
    }

    public boolean resume() {
        return resume;
    }

    /** What {@code --set} and the options that stand for a key change in the config. */
    public List<String> assignments() {
        List<String> all = new ArrayList<>(assignments);
        add(all, "seed", seed);
        add(all, "device", device);
        add(all, "threads", threads);
        add(all, "precision", precision);
        return all;
    }

    /**
     * The run's directory: {@code --out}; else {@code runs/NAME-CONFIG}, the latest to resume, unused for a new run.
     *
     * @param runName the beginning of the name
     */
    public Path directory(String runName, ConfigLoader<?> loader) throws IOException {
        if (out != null) {
            return out;
        }
        String source = config == null ? loader.presets().getFirst()
                : Path.of(config).getFileName().toString().replaceFirst("\\.json$", "");
        String name = runName + "-" + source;
        return resume ? RunDirectory.latest(RUNS, name) : RunDirectory.unused(RUNS, name);
    }

    /** The config with its number of threads, which is set, after a look whether its device is there. */
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
     * What a run goes on with.
     *
     * @param begun what it was begun with
     * @param asked what the options make of that
     * @throws RequestException when the two differ
     */
    public <T extends Record & StageConfig<T>> void resume(ConfigLoader<T> loader, T begun, T asked, Path run) {
        loader.requireSame(begun, asked.threads() == 0 ? asked.withThreads(begun.threads()) : asked, run);
        ready(begun);
    }

    /**
     * The config that a run of a training command was begun with.
     *
     * @param assignments what the options set
     * @throws RequestException when the run is resumed and the options ask for another
     */
    public <T extends Record & StageConfig<T>> T resolved(ConfigLoader<T> loader, RunDirectory run,
            List<String> assignments) {
        T begun = loader.read(run.config(), List.of());
        if (resume) {
            resume(loader, begun, (config != null ? loader.load(config, assignments)
                    : loader.read(run.config(), assignments)).withAbsolutePaths(), run.path());
        }
        return begun;
    }

    private static void add(List<String> all, String key, Object value) {
        if (value != null) {
            all.add(key + "=" + value);
        }
    }
}
