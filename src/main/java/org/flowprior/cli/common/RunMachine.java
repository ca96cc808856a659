package org.flowprior.cli.common;

import com.google.gson.JsonObject;
import java.util.Locale;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Memory;
import org.flowprior.train.StageConfig;

/** What a run computed on, for its {@code summary.json}. */
public final class RunMachine {

    private RunMachine() {}

    public static void describe(JsonObject summary, StageConfig<?> config) {
        summary.addProperty("device", config.device());
        summary.addProperty("threads", config.threads());
        summary.addProperty("precision", config.precision().name().toLowerCase(Locale.ROOT));
        summary.addProperty("cpuPeakBytes", Memory.cpuPeakBytes());
        summary.addProperty("flowprior", Version.ofFlowprior());
        summary.addProperty("libtorch", Libtorch.version());
        summary.addProperty("java", System.getProperty("java.runtime.version"));
    }
}
