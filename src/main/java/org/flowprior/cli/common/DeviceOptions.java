package org.flowprior.cli.common;

import org.flowprior.torch.Device;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Precision;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of commands without a config for where they compute. */
public final class DeviceOptions {

    @Option(names = "--device", paramLabel = "DEVICE", defaultValue = "cpu",
            description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE})")
    private String device;

    @Option(names = "--threads", paramLabel = "N", description = "threads of an op on the CPU (default: all cores)")
    private Integer threads;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** The device, after a look whether it is there; sets the number of threads. */
    public Device ready() {
        new OptionCheck(spec).requirePositive("--threads");
        Device place = Devices.require(device);
        if (threads != null) {
            Libtorch.setThreads(threads);
        }
        return place;
    }

    /** Likewise, with a warning where that precision is slow. */
    public Device ready(Precision precision) {
        Device place = ready();
        Devices.warnIfSlow(place, precision, "; --precision float32 is much faster", spec.commandLine().getErr());
        return place;
    }

    /** Threads that decode images, where no option says how many. */
    public int decoders() {
        return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    }
}
