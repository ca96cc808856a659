package org.flowprior.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.GELU;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.torch.optim.Adam;

/**
 * A small network that learns with Adam, with a scope around each step or without any. Prints the peak of resident
 * memory in bytes, the seconds, and the counters. Arguments: {@code scoped|unscoped}, steps.
 */
public final class TrainingLoop {

    private final Sequential network = new Sequential(new Linear(64, 64), new GELU(), new Linear(64, 1));
    private final Adam optimizer = new Adam(network.parameters());

    private TrainingLoop() {}

    private void step() {
        Tensor x = Torch.randn(512, 64);
        Tensor loss = network.forward(x).sub(x.sum(new long[] {1}, true)).square().mean();
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
    }

    /** Runs the loop. */
    public static void main(String[] arguments) throws IOException {
        TrainingLoop loop = new TrainingLoop();
        boolean scoped = arguments[0].equals("scoped");
        int steps = Integer.parseInt(arguments[1]);
        long start = System.nanoTime();
        for (int i = 0; i < steps; i++) {
            if (scoped) {
                try (Scope scope = Scope.open()) {
                    loop.step();
                }
            } else {
                loop.step();
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("peak %d seconds %.3f scoped %d unscoped %d collected %d live %d%n", peak(), seconds,
                Memory.scopedTensors(), Memory.unscopedTensors(), Memory.collectedTensors(), Memory.liveTensors());
    }

    private static long peak() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM")).map(line -> line.replaceAll("\\D", ""))
                    .mapToLong(Long::parseLong).findFirst().orElseThrow() * 1024;
        }
    }
}
