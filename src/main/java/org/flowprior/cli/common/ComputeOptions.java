package org.flowprior.cli.common;

import java.util.Locale;
import org.flowprior.torch.Device;
import org.flowprior.torch.Precision;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options for device, threads and precision of commands that run a trained model. */
public final class ComputeOptions {

    @Option(names = "--precision", paramLabel = "NAME", defaultValue = "float32",
            description = "float32 or bf16 (default: ${DEFAULT-VALUE})")
    private Precision precision;

    @Mixin
    private DeviceOptions device;

    /** Sets the number of threads, and warns if the precision is slow on the device. Returns the device. */
    public Device ready() {
        return device.ready(precision);
    }

    /** Returns the precision in which the model computes. */
    public Precision precision() {
        return precision;
    }

    /** Returns the name of the precision in files. */
    public String precisionName() {
        return precision.name().toLowerCase(Locale.ROOT);
    }

    /** Returns the number of threads that decode images if no option gives one. */
    public int decoders() {
        return device.decoders();
    }
}
