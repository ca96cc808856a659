package org.flowprior.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@link DeviceOptions} of commands that compute with an encoder alone, whose help says so. */
final class EncoderDeviceOptions {

    @Option(names = "--device", paramLabel = "DEVICE", defaultValue = "cpu",
            description = "where the encoder runs: cpu, cuda or cuda:N (default: ${DEFAULT-VALUE})")
    private String device;

    @Option(names = "--threads", paramLabel = "N", description = "threads of an op on the CPU (default: all cores)")
    private Integer threads;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    DeviceOptions given() {
        return new DeviceOptions(device, threads, spec);
    }
}
