package org.flowprior.cli.common;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.Json;
import org.flowprior.train.StageConfig;
import picocli.CommandLine.Option;

/** The options of commands with a config that show what would happen, and do nothing. */
public final class PreviewOptions {

    /** Gives a config when it is asked for. */
    @FunctionalInterface
    public interface Source {
        /** Loads the config. */
        JsonObject load() throws IOException;
    }

    @Option(names = "--help-config",
            description = "lists all keys for --set, with the values that --config and the other options give them, "
                    + "and what they mean; does nothing else")
    private boolean helpConfig;

    @Option(names = "--print-config",
            description = "prints the config that the options give, as JSON for --config; does nothing else")
    private boolean printConfig;

    @Option(names = "--dry-run",
            description = "checks the config, opens the data and the files that it names, and says what the command "
                    + "would do; writes nothing")
    private boolean dryRun;

    /** Prints what {@code --help-config} or {@code --print-config} ask for. Returns false if neither was given. */
    public boolean show(ConfigLoader<?> loader, Source config, PrintWriter out) throws IOException {
        if (helpConfig) {
            out.print(new ConfigReport(loader.keys(), config.load()).help());
        } else if (printConfig) {
            out.print(Json.pretty(config.load()));
        }
        out.flush();
        return helpConfig || printConfig;
    }

    /** Returns whether the command must write nothing. */
    public boolean isDryRun() {
        return dryRun;
    }

    /**
     * Prints what the command would do.
     *
     * @param work  such as {@code toy: 2000 steps}
     * @param place the directory, and whether it is new
     */
    public <T extends Record & StageConfig<T>> void print(String work, String place, ConfigLoader<T> loader, T config,
            PrintWriter out) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("would run", work));
        rows.add(List.of("in", place));
        rows.add(TextTable.row("on", "%s, threads %d, %s", config.device(), config.threads(),
                config.precision().name().toLowerCase(Locale.ROOT)));
        new ConfigReport(loader.keys(), loader.toJson(config)).files()
                .forEach(file -> rows.add(List.of("reads", file)));
        TextTable.print(out, rows);
    }
}
