package org.flowprior.cli.common;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.flowprior.config.RequestException;
import org.flowprior.torch.Cuda;
import org.flowprior.torch.Device;
import org.flowprior.torch.Precision;

/** Checks the device that an option names. */
final class Devices {

    private Devices() {}

    /**
     * Returns the device.
     *
     * @throws RequestException if nothing can be computed on it
     */
    static Device require(String text) {
        Device device = Device.of(text);
        if (device.type() == Device.Type.META) {
            throw new RequestException("--device meta computes nothing; cpu and cuda do");
        }
        if (device.type() == Device.Type.CUDA) {
            Cuda.Status cuda = Cuda.status();
            if (cuda.devices() <= Math.max(0, device.index())) {
                throw new RequestException("--device " + device + " is not there: "
                        + (cuda.devices() > 0 ? cuda.devices() + " found" : cuda.reason()));
            }
        }
        return device;
    }

    /**
     * Warns if that precision is slow on the device.
     *
     * @param remedy the end of the warning
     */
    static void warnIfSlow(Device device, Precision precision, String remedy, PrintWriter to) {
        if (precision == Precision.BF16 && !isFastInBf16(device)) {
            to.println("flowprior: this CPU has no fast bf16 (no AVX-512)" + remedy);
        }
    }

    /**
     * Returns true if libtorch has instructions for products of bfloat16 matrices there. On an x86 CPU without AVX-512
     * it multiplies one number after the other.
     */
    private static boolean isFastInBf16(Device device) {
        if (device.type() != Device.Type.CPU || !System.getProperty("os.arch").equals("amd64")) {
            return true;
        }
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("flags")).findFirst().map(flags -> flags.contains("avx512bw"))
                    .orElse(true);
        } catch (IOException | UncheckedIOException e) {
            return true; // unknown, so no warning
        }
    }
}
