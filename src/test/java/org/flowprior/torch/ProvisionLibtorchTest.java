package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tools/provision-libtorch} with a stand-in for pip, which hands out a wheel of a few bytes. */
class ProvisionLibtorchTest {
    private static final String WHEEL = "torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl";

    @TempDir
    Path directory;

    private Path cache;
    private Path libtorch;

    @BeforeEach
    void prepare() throws IOException {
        cache = directory.resolve("cache");
        libtorch = cache.resolve("libtorch-2.13.0");
        wheel(directory.resolve(WHEEL), "torch/lib/libtorch_cpu.so", "torch/lib/libc10.so", "torch/lib/libgomp.so.1",
                "torch/lib/libtorch_python.so", "torch/lib/libjitbackend_test.so", "torch/include/ATen/ATen.h",
                "torch/share/cmake/Torch/TorchConfig.cmake", "torch/nn/functional.py",
                "torchgen/packaged/ATen/native/native_functions.yaml", "torchgen/packaged/autograd/derivatives.yaml");
        pip("sleep 0.3; cp " + directory.resolve(WHEEL) + " \"$dest\"");
    }

    @Test
    void keepsWhatIsNeededAndDoesNothingTheSecondTime() throws Exception {
        Result first = provision();
        assertThat(first.code).as(first.errors).isZero();
        assertThat(first.output).isEqualTo(libtorch.toString());
        assertThat(files(libtorch)).containsExactlyInAnyOrder("build-version", "native_functions.yaml",
                "derivatives.yaml", "lib/libtorch_cpu.so", "lib/libc10.so", "lib/libgomp.so.1", "include/ATen/ATen.h",
                "share/cmake/Torch/TorchConfig.cmake");
        assertThat(libtorch.resolve("build-version")).hasContent("2.13.0+cpu");
        assertThat(files(cache)).noneMatch(file -> file.contains("partial"));

        Result second = provision();
        assertThat(second.code).isZero();
        assertThat(second.output).isEqualTo(libtorch.toString());
        assertThat(second.errors).isEmpty();
        assertThat(pipCalls()).hasSize(1);
    }

    @Test
    void twoAtOnceFetchOnce() throws Exception {
        Process one = start();
        Process two = start();
        assertThat(result(one).output).isEqualTo(libtorch.toString());
        assertThat(result(two).output).isEqualTo(libtorch.toString());
        assertThat(pipCalls()).hasSize(1);
    }

    @Test
    void anInterruptedRunIsCleanedUp() throws Exception {
        pip("touch " + directory.resolve("downloading") + "; sleep 2; : > \"$dest/" + WHEEL + "\"");
        Process killed = start();
        while (!Files.exists(directory.resolve("downloading"))) {
            assertThat(killed.isAlive()).isTrue();
            TimeUnit.MILLISECONDS.sleep(10);
        }
        killed.destroyForcibly().waitFor(); // its pip keeps running, and leaves a damaged wheel
        Files.createDirectories(cache.resolve(".libtorch-2.13.0.partial/tree/lib"));
        Files.createFile(cache.resolve(".libtorch-2.13.0.partial/tree/lib/stale.so"));
        assertThat(libtorch).doesNotExist();

        pip("cp " + directory.resolve(WHEEL) + " \"$dest\"");
        Result again = provision();
        assertThat(again.code).as(again.errors).isZero();
        assertThat(files(cache)).noneMatch(file -> file.contains("partial") || file.contains("stale"));
    }

    @Test
    void aFailureIsOneLineWithTheReason() throws Exception {
        pip("echo noise; echo 'ERROR: No matching distribution found for torch==2.13.0'; exit 1");
        Result failed = provision();
        assertThat(failed.code).isEqualTo(1);
        assertThat(failed.output).isEmpty();
        assertThat(failed.errors.lines().skip(1)).singleElement().asString() // after the line that says what is done
                .contains("No matching distribution found", "LIBTORCH_HOME");
        assertThat(libtorch).doesNotExist();

        wheel(directory.resolve(WHEEL), "torch/lib/libc10.so");
        pip("cp " + directory.resolve(WHEEL) + " \"$dest\"");
        Result odd = provision();
        assertThat(odd.code).isEqualTo(1);
        assertThat(odd.errors).contains("holds no lib/libtorch_cpu.so");
        assertThat(libtorch).doesNotExist();
    }

    @Test
    void aCudaBuildBringsItsLibraries() throws Exception {
        assumeTrue(Files.getFileStore(directory).getUsableSpace() > 13L << 30, "the script asks for 12 GiB");
        wheel(directory.resolve(WHEEL), "torch/lib/libtorch_cpu.so", "torch/lib/libc10.so",
                "torch/lib/libtorch_cuda.so",
                "torch/include/ATen/ATen.h", "torchgen/packaged/ATen/native/native_functions.yaml",
                "torchgen/packaged/autograd/derivatives.yaml");
        wheel(directory.resolve("nvidia.whl"), "nvidia/cu13/lib/libcudart.so.13", "nvidia/cu13/include/cuda.h");
        pip("case $* in *torch==*) cp " + directory.resolve(WHEEL) + " \"$dest\" ;; *) cp "
                + directory.resolve("nvidia.whl") + " \"$dest\" ;; esac");
        Result result = provision();
        assertThat(result.code).as(result.errors).isZero();
        assertThat(files(libtorch)).contains("lib/libtorch_cuda.so", "lib/libcudart.so.13")
                .noneMatch(file -> file.endsWith("cuda.h"));
        assertThat(pipCalls()).hasSize(2).last().asString()
                .endsWith(" nvidia-cublas==13.1.0.3 cuda-toolkit[cudart]==13.0.2");
    }

    private record Result(int code, String output, String errors) {}

    private Result provision() throws Exception {
        return result(start());
    }

    private Process start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder("tools/provision-libtorch");
        builder.environment().put("FLOWPRIOR_CACHE", cache.toString());
        builder.environment().put("PYTHONPATH", directory.toString());
        return builder.start();
    }

    private static Result result(Process process) throws Exception {
        String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return new Result(process.waitFor(), output, errors);
    }

    /** Makes {@code python3 -m pip} a module that notes each call and runs a shell script, with {@code $dest} set. */
    private void pip(String script) throws IOException {
        Path module = Files.createDirectories(directory.resolve("pip"));
        Files.writeString(module.resolve("script"), script);
        Files.writeString(module.resolve("__init__.py"), "");
        Files.writeString(module.resolve("__main__.py"), """
                import os, pathlib, subprocess, sys
                here = pathlib.Path(__file__).parent
                with open(here / "calls", "a") as calls:
                    print(*sys.argv[1:], file=calls)
                os.environ["dest"] = sys.argv[sys.argv.index("--dest") + 1]
                sys.exit(subprocess.call(["sh", "-c", (here / "script").read_text(), *sys.argv]))
                """);
    }

    private List<String> pipCalls() throws IOException {
        return Files.readAllLines(directory.resolve("pip/calls"));
    }

    private static void wheel(Path file, String... entries) throws IOException {
        try (OutputStream out = Files.newOutputStream(file); ZipOutputStream zip = new ZipOutputStream(out)) {
            for (String entry : entries) {
                zip.putNextEntry(new ZipEntry(entry));
                zip.write(entry.getBytes(StandardCharsets.UTF_8));
            }
            zip.putNextEntry(new ZipEntry("torch-2.13.0+cpu.dist-info/METADATA"));
            zip.write(("Metadata-Version: 2.4\nName: torch\nVersion: 2.13.0+cpu\n"
                    + "Requires-Dist: filelock\nRequires-Dist: nvidia-cublas==13.1.0.3; platform_system == \"Linux\"\n"
                    + "Requires-Dist: cuda-toolkit[cudart]==13.0.2; platform_system == \"Linux\"\n")
                    .getBytes(StandardCharsets.UTF_8));
        }
    }

    private static List<String> files(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).map(file -> root.relativize(file).toString()).toList();
        }
    }
}
