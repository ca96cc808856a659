package org.flowprior.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Torch;

/** Makes and loses four tensors of 600 MB where only one fits. */
public final class ScarceMemory {

    private ScarceMemory() {}

    /** Limits the address space of this process to 900 MB more than it has, then makes the tensors. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        lose(1);
        long limit = addressSpace() + (900L << 20);
        int code = new ProcessBuilder("prlimit", "--pid", Long.toString(ProcessHandle.current().pid()),
                "--as=" + limit).inheritIO().start().waitFor();
        if (code != 0) {
            throw new IOException("prlimit ended with " + code);
        }
        for (int i = 0; i < 4; i++) {
            lose(600L << 20);
        }
        System.out.println("collected " + Memory.collectedTensors());
    }

    private static void lose(long bytes) {
        Torch.empty(bytes / 4);
    }

    private static long addressSpace() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmSize")).map(line -> line.replaceAll("\\D", ""))
                    .mapToLong(Long::parseLong).findFirst().orElseThrow() * 1024;
        }
    }
}
