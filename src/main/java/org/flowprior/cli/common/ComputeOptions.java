package org.flowprior.cli.common;

import java.util.Locale;
import org.flowprior.torch.Device;
import org.flowprior.torch.Precision;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of commands that run a trained model, for where it is computed and in what precision. */
public final class ComputeOptions {

    @Option(names = "--precision", paramLabel = "NAME", defaultValue = "float32",
            description = "float32 or bf16 (default: ${DEFAULT-VALUE})")
    private Precision precision;

    @Mixin
    private DeviceOptions device;

    /**
     * Checks the device, sets the number of threads, and warns if the precision is slow there.
     *
     * @return the device
     */
    public Device ready() {
        return device.ready(precision);
    }

    /** What the model computes in. */
    public Precision precision() {
        return precision;
    }

    /** Name of the precision, as files have it. */
    public String precisionName() {
        return precision.name().toLowerCase(Locale.ROOT);
    }

    /** Threads that decode images, if no option says how many. */
    public int decoders() {
        return device.decoders();
    }
}
