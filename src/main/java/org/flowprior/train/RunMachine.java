package org.flowprior.train;

import com.google.gson.JsonObject;
import java.util.Locale;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Memory;

/** Describes the machine and the versions of a run, for its {@code summary.json}. */
public final class RunMachine {

    private RunMachine() {}

    /** Adds device, threads, precision, peak memory in bytes, and the versions of flowprior, libtorch and Java. */
    public static void describe(JsonObject summary, StageConfig<?> config) {
        summary.addProperty("device", config.device());
        summary.addProperty("threads", config.threads());
        summary.addProperty("precision", config.precision().name().toLowerCase(Locale.ROOT));
        summary.addProperty("cpuPeakBytes", Memory.cpuPeakBytes());
        summary.addProperty("flowprior", flowpriorVersion());
        summary.addProperty("libtorch", Libtorch.version());
        summary.addProperty("java", System.getProperty("java.runtime.version"));
    }

    /** Returns the version in the manifest of flowprior's jar. */
    public static String flowpriorVersion() {
        String version = RunMachine.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
