package org.flowprior.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that all commands with a run directory share. */
final class RunOptions {

    @Option(names = {"-c", "--config"}, paramLabel = "FILE|PRESET",
            description = "a preset's name, or a JSON file; keys that it leaves out come from the first preset")
    private String config;

    @Option(names = {"-s", "--set"}, paramLabel = "KEY=VALUE",
            description = "changes one key of the config, such as flow.steps=2000; may be repeated")
    private List<String> assignments = new ArrayList<>();

    @Option(names = {"-o", "--out"}, paramLabel = "DIR", description = "the run's directory (default: a new one in runs/)")
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

    String config() {
        return config;
    }

    Path out() {
        return out;
    }

    boolean resume() {
        return resume;
    }

    /** What {@code --set} and the options that stand for a key change in the config. */
    List<String> assignments() {
        List<String> all = new ArrayList<>(assignments);
        add(all, "seed", seed);
        add(all, "device", device);
        add(all, "threads", threads);
        add(all, "precision", precision);
        return all;
    }

    private static void add(List<String> all, String key, Object value) {
        if (value != null) {
            all.add(key + "=" + value);
        }
    }
}
