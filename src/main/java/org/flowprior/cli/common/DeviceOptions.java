package org.flowprior.cli.common;

import org.flowprior.torch.Device;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Precision;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options for device and threads of commands without a config. */
public final class DeviceOptions {

    @Option(names = "--device", paramLabel = "DEVICE", defaultValue = "cpu",
            description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE})")
    private String device;

    @Option(names = "--threads", paramLabel = "N", description = "threads of an op on the CPU (default: all cores)")
    private Integer threads;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** Sets the number of threads. Returns the device. Throws a RequestException if it cannot compute. */
    public Device ready() {
        new OptionCheck(spec).requireThreads("--threads");
        Device place = Devices.require(device);
        if (threads != null) {
            Libtorch.setThreads(threads);
        }
        return place;
    }

    /** Does the same, and warns if that precision is slow on the device. */
    public Device ready(Precision precision) {
        Device place = ready();
        Devices.warnIfSlow(place, precision, "; --precision float32 is much faster", spec.commandLine().getErr());
        return place;
    }

    /** Returns the number of threads that decode images if no option gives one. */
    public int decoders() {
        return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    }
}
