package org.flowprior.eval;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Npy;

/** Our side of {@code tools/bench/nearest_neighbours.py}: arguments are k, threads, and a file for the distances. */
final class NearestNeighboursBench {

    private NearestNeighboursBench() {}

    public static void main(String[] arguments) {
        Libtorch.setThreads(Integer.parseInt(arguments[1]));
        try (Scope scope = Scope.open()) {
            Tensor targets = normal(1, 200_000, 32);
            Tensor queries = normal(2, 10_000, 32);
            long cpu = processNanoseconds();
            long start = System.nanoTime();
            NearestNeighbours.Result result = NearestNeighbours.of(queries, targets, Integer.parseInt(arguments[0]));
            System.out.printf(Locale.ROOT, "{\"wall\": %.3f, \"cpu\": %.3f}%n", (System.nanoTime() - start) / 1e9,
                    (processNanoseconds() - cpu) / 1e9);
            Npy.write(Path.of(arguments[2]), result.distances());
        }
    }

    private static Tensor normal(long seed, long... shape) {
        try (Generator generator = Generator.seeded(seed)) {
            return Torch.randn(shape, generator);
        }
    }

    private static long processNanoseconds() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
