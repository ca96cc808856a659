package org.flowprior.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.flowprior.cli.common.ErrorReport;
import org.flowprior.cli.common.Session;
import org.flowprior.cli.common.Version;
import org.flowprior.torch.Cuda;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Memory;
import org.flowprior.torch.NativeLibraryException;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** {@code flowprior doctor}: what was found, and whether it works. */
@Command(
        name = "doctor",
        description = "Shows which JDK and libtorch were found, threads and devices, and computes something to see "
                + "that it works.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  flowprior doctor",
            "  flowprior doctor --verbose     libtorch's own description of its build, too"})
final class Doctor implements Callable<Integer> {

    @CommandLine.ParentCommand
    private Session session;

    @CommandLine.Spec
    private CommandSpec spec;

    private PrintWriter out;

    @Override
    public Integer call() {
        out = spec.commandLine().getOut();
        line("flowprior", Version.ofFlowprior());
        line("Java", System.getProperty("java.runtime.version") + ", " + System.getProperty("java.vendor"));
        line("", System.getProperty("java.home"));
        line("system", "%s %s, %d processors, heap up to %s".formatted(System.getProperty("os.name"),
                System.getProperty("os.arch"), Runtime.getRuntime().availableProcessors(),
                bytes(Runtime.getRuntime().maxMemory())));
        try {
            Libtorch.load();
        } catch (NativeLibraryException e) {
            line("libtorch", "NOT FOUND OR NOT LOADED");
            throw e;
        }
        line("libtorch", Libtorch.version() + " in " + Libtorch.libtorchDirectory());
        String label = "search";
        for (String step : Libtorch.searchTrace()) {
            line(label, step);
            label = "";
        }
        line("threads", Libtorch.threads() + " for an op");
        devices();
        boolean works = selfCheck();
        line("memory", "%d tensors open, %s of tensor storage now, %s at most".formatted(Memory.liveTensors(),
                bytes(Memory.cpuBytes()), bytes(Memory.cpuPeakBytes())));
        if (session.console().isVerbose()) {
            Libtorch.buildInfo().lines().forEach(line -> line("", line));
        }
        return works ? 0 : ErrorReport.FAILED;
    }

    private void devices() {
        line("devices", "cpu");
        Cuda.Status cuda = Cuda.status();
        line("", cuda.devices() > 0 ? "cuda: " + cuda.devices() + " found" : "no cuda: " + cuda.reason());
    }

    /** Sum of squares of 1, 2 and 3, and its gradient. */
    private boolean selfCheck() {
        try (Scope scope = Scope.open()) {
            Tensor x = Tensor.of(new float[] {1, 2, 3}).requiresGrad_(true);
            Tensor sum = x.square().sum();
            sum.backward();
            double value = sum.item();
            float[] gradient = x.grad().toFloatArray();
            boolean works = value == 14 && Arrays.equals(gradient, new float[] {2, 4, 6});
            line("self-check", works ? "1² + 2² + 3² = 14, gradient 2, 4, 6: as it should be"
                    : "FAILED: 1² + 2² + 3² gave " + value + ", gradient " + Arrays.toString(gradient));
            return works;
        }
    }

    private void line(String label, String text) {
        out.printf("%-12s%s%n", label, text);
        out.flush();
    }

    private static String bytes(long count) {
        return count < 1 << 20 ? String.format(Locale.ROOT, "%.1f KiB", count / 1024.0)
                : String.format(Locale.ROOT, "%.1f MiB", count / 1048576.0);
    }
}
