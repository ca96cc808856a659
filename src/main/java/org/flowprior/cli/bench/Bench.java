package org.flowprior.cli.bench;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.flowprior.cli.common.Subcommand;
import org.flowprior.config.RequestException;
import org.flowprior.torch.Libtorch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flowprior bench}: measures the cost of the bridge, and compares it with eager PyTorch. */
@Command(
        name = "bench",
        description = {
            "Times the bridge and a training step; with --python, also the same work in eager PyTorch.",
            "Each round starts one process for each side in turn; the table has medians over rounds and their ratio.",
            "Without names, the short measurements run: call, add, mlp, toy and start; prior, prior-bf16, alignment and "
                    + "alignment-bf16 take seconds for each step."},
        footerHeading = "%nExamples:%n",
        footer = {
            "  flowprior bench --python ~/venv/bin/python",
            "  flowprior bench prior prior-bf16 --rounds 3 --python ~/venv/bin/python"})
public final class Bench extends Subcommand {

    private static final List<String> SHORT = List.of("call", "add", "mlp", "toy", "start");

    /** Measurements that also show peak resident memory. */
    private static final List<String> LARGE = List.of("toy", "prior", "prior-bf16", "alignment", "alignment-bf16");

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "measurements (default: the short ones)")
    private List<String> names = SHORT;

    @Option(names = "--python", paramLabel = "FILE", description = "a Python that can import torch")
    private Path python;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "5",
            description = "rounds (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "3",
            description = "time for each measurement (default: ${DEFAULT-VALUE})")
    private double seconds;

    @Option(names = "--threads", paramLabel = "N", description = "threads of libtorch (default: all cores)")
    private Integer threads;

    @Option(names = "--worker", hidden = true, description = "runs one measurement in this process")
    private String worker;

    private record Measurement(double nanoseconds, double peakBytes) {}

    @Override
    public Integer call() throws Exception {
        check().requirePositive("--rounds");
        check().requireThreads("--threads");
        PrintWriter out = out();
        int used = threads != null ? threads : Runtime.getRuntime().availableProcessors();
        if (worker != null) {
            Libtorch.setThreads(used);
            double measured = new ReferenceWork(seconds).run(worker);
            out.println("{\"nanoseconds\": " + measured + ", \"peakBytes\": " + peakBytes() + "}");
            out.flush();
            return 0;
        }
        for (String name : names) {
            if (!ReferenceWork.NAMED.containsKey(name)) {
                throw new RequestException("bench: there is no measurement '" + name + "', only "
                        + String.join(", ", ReferenceWork.NAMED.keySet()));
            }
        }
        Path peer = python == null ? null : unpackPeer();
        try {
            out.printf("%-52s %12s %12s %8s%n", "", "flowprior", python == null ? "" : "PyTorch", "ratio");
            out.flush();
            for (String name : names) {
                List<Measurement> ours = new ArrayList<>();
                List<Measurement> theirs = new ArrayList<>();
                for (int round = 0; round < rounds; round++) {
                    ours.add(measure(name, ownCommand(name, used), used));
                    if (peer != null && !name.equals("call")) {
                        theirs.add(measure(name, List.of(python.toString(), peer.toString(), name,
                                Double.toString(seconds), Integer.toString(used)), used));
                    }
                }
                String label = ReferenceWork.NAMED.get(name).label();
                double unit = label.endsWith("ns") ? 1 : label.endsWith("us") ? 1e3 : 1e6;
                row(label, median(ours, Measurement::nanoseconds) / unit,
                        median(theirs, Measurement::nanoseconds) / unit);
                if (LARGE.contains(name)) {
                    row("the same process's peak resident memory, MiB",
                            median(ours, Measurement::peakBytes) / (1 << 20),
                            median(theirs, Measurement::peakBytes) / (1 << 20));
                }
            }
            out.printf("%d threads, medians of %d processes a side; ratio: PyTorch's over flowprior's%n", used, rounds);
            out.flush();
            return 0;
        } finally {
            if (peer != null) {
                Files.deleteIfExists(peer);
            }
        }
    }

    private void row(String name, double ours, double theirs) {
        out().printf(Locale.ROOT, "%-52s %12.2f %12s %8s%n", name, ours,
                Double.isNaN(theirs) ? "" : String.format(Locale.ROOT, "%.2f", theirs),
                Double.isNaN(theirs) ? "" : String.format(Locale.ROOT, "%.2f", theirs / ours));
        out().flush();
    }

    private static double median(List<Measurement> all, ToDoubleFunction<Measurement> of) {
        return all.isEmpty() ? Double.NaN : ReferenceWork.median(all.stream().mapToDouble(of));
    }

    private List<String> ownCommand(String name, int used) {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), session().getClass().getName(), "bench",
                "--worker", name, "--seconds", Double.toString(seconds), "--threads", Integer.toString(used)));
        if (!command.contains("--enable-native-access=ALL-UNNAMED")) {
            command.add(1, "--enable-native-access=ALL-UNNAMED");
        }
        return command;
    }

    private static Measurement measure(String name, List<String> command, int threads) throws InterruptedException {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
            long begun = System.nanoTime();
            Process process = builder.start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            double wall = System.nanoTime() - begun;
            if (status != 0) {
                throw new IllegalStateException("the measurement '" + name + "' of " + command.get(0)
                        + " failed with exit code " + status);
            }
            JsonObject json = new Gson().fromJson(out, JsonObject.class);
            return new Measurement(name.equals("start") ? wall : json.get("nanoseconds").getAsDouble(),
                    json.get("peakBytes").getAsDouble());
        } catch (IOException e) {
            throw new UncheckedIOException(command.get(0) + " could not be started", e);
        }
    }

    private static Path unpackPeer() throws IOException {
        Path file = Files.createTempFile("flowprior-peer", ".py");
        try (InputStream in = Bench.class.getResourceAsStream("/org/flowprior/bench/peer.py")) {
            Files.write(file, in.readAllBytes());
        }
        return file;
    }

    private static long peakBytes() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            String line = lines.filter(l -> l.startsWith("VmHWM")).findFirst().orElseThrow();
            return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
    }
}
