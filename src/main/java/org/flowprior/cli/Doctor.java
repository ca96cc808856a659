package org.flowprior.cli;

import java.util.Arrays;
import java.util.Locale;
import org.flowprior.cli.common.ErrorReport;
import org.flowprior.cli.common.Subcommand;
import org.flowprior.torch.Cuda;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Memory;
import org.flowprior.torch.NativeLibraryException;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.train.RunMachine;
import picocli.CommandLine.Command;

/** {@code flowprior doctor}: shows which software and devices were found, and checks that they work. */
@Command(
        name = "doctor",
        description = "Shows the JDK, libtorch, threads and devices that were found, and computes a gradient as a "
                + "check. With --verbose, also libtorch's description of its build.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  flowprior doctor",
            "  flowprior doctor --verbose"})
final class Doctor extends Subcommand {

    @Override
    public Integer call() {
        line("flowprior", RunMachine.flowpriorVersion());
        line("Java", System.getProperty("java.runtime.version") + ", " + System.getProperty("java.vendor"));
        line("", System.getProperty("java.home"));
        line("system", "%s %s, %d processors, heap up to %s".formatted(System.getProperty("os.name"),
                System.getProperty("os.arch"), Runtime.getRuntime().availableProcessors(),
                bytes(Runtime.getRuntime().maxMemory())));
        try {
            Libtorch.load();
        } catch (NativeLibraryException e) {
            line("libtorch", "NOT FOUND OR NOT LOADED");
            String reason = "reason";
            for (String text : e.getMessage().lines().toList()) {
                line(reason, text.strip());
                reason = "";
            }
            return ErrorReport.WRONG_REQUEST;
        }
        line("libtorch", Libtorch.version() + " in " + Libtorch.libtorchDirectory());
        String label = "search";
        for (String step : Libtorch.searchTrace()) {
            line(label, step);
            label = "";
        }
        line("threads", Libtorch.threads() + " for an op");
        line("devices", "cpu");
        Cuda.Status cuda = Cuda.status();
        line("", cuda.devices() > 0 ? "cuda: " + cuda.devices() + " found" : "no cuda: " + cuda.reason());
        boolean works = selfCheck();
        line("memory", "%d tensors open, %s of tensor storage now, %s at most".formatted(Memory.liveTensors(),
                bytes(Memory.cpuBytes()), bytes(Memory.cpuPeakBytes())));
        if (session().console().isVerbose()) {
            Libtorch.buildInfo().lines().forEach(line -> line("", line));
        }
        return works ? 0 : ErrorReport.FAILED;
    }

    /** Computes the sum of the squares of 1, 2 and 3 and its gradient. Returns true if both are right. */
    private boolean selfCheck() {
        try (Scope scope = Scope.open()) {
            Tensor x = Tensor.of(new float[] {1, 2, 3}).requiresGrad_(true);
            Tensor sum = x.square().sum();
            sum.backward();
            double value = sum.item();
            float[] gradient = x.grad().toFloatArray();
            boolean works = value == 14 && Arrays.equals(gradient, new float[] {2, 4, 6});
            line("self-check", works ? "1² + 2² + 3² = 14, gradient 2, 4, 6: correct"
                    : "FAILED: 1² + 2² + 3² gave " + value + ", gradient " + Arrays.toString(gradient));
            return works;
        }
    }

    private void line(String label, String text) {
        out().printf("%-12s%s%n", label, text);
        out().flush();
    }

    private static String bytes(long count) {
        return count < 1 << 20 ? String.format(Locale.ROOT, "%.1f KiB", count / 1024.0)
                : String.format(Locale.ROOT, "%.1f MiB", count / 1048576.0);
    }
}
