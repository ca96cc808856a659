package org.flowprior.torch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.flowprior.torch.ffi.Shim;

/**
 * Loads libtorch and the shim, once for each process, because two copies of libtorch in one process crash and it does
 * not unload cleanly. The class loader of this class, which also loads the bindings, sees the libraries.
 */
final class NativeLibrary {

    static final String SHIM_PROPERTY = "flowprior.shim";
    private static final String SHIM_RESOURCE = "/native/linux-x86_64/libflowprior_shim.so";
    private static final Duration UNUSED_SHIMS_ARE_KEPT = Duration.ofDays(30);

    private static final List<String> TRACE = new ArrayList<>();
    private static boolean loaded;
    private static NativeLibraryException failure;
    private static Path libtorchDirectory;
    private static String cudaAbsence = "nothing is loaded yet";

    private NativeLibrary() {}

    /**
     * Loads everything at the first call.
     *
     * @throws NativeLibraryException with the trace of the search; each later call throws it again
     */
    static synchronized void load() {
        if (loaded) {
            return;
        }
        if (failure != null) {
            throw new NativeLibraryException(failure.getMessage(), failure);
        }
        try {
            requireLinuxX64(System.getProperty("os.name"), System.getProperty("os.arch"));
            loadLibtorch();
            load("the shim", shimFile(),
                    "the shim fits the libtorch it was compiled against; rebuild it for this one (mvn package)");
            loaded = true;
            Shim.fp_initialize();
            Collector.install();
            checkDTypes();
        } catch (NativeLibraryException e) {
            throw remembered(e);
        } catch (LinkageError | RuntimeException e) {
            Throwable root = root(e);
            throw remembered(root instanceof IllegalCallerException ? failed("this JVM may not call native code: "
                    + root.getMessage(), "start java with --enable-native-access=ALL-UNNAMED (as a module: org.flowprior)", e)
                    : failed("libtorch and the shim were loaded but do not work together: " + root,
                            "unset -D" + SHIM_PROPERTY + ", or rebuild the shim for this libtorch (mvn package)", e));
        }
    }

    private static NativeLibraryException remembered(NativeLibraryException e) {
        loaded = false;
        failure = e;
        return e;
    }

    private static Throwable root(Throwable e) {
        return e.getCause() == null ? e : root(e.getCause());
    }

    private static void checkDTypes() {
        for (DType dtype : DType.values()) {
            String name = CallFrame.text((b, n, length) -> Shim.fp_dtype_name(dtype.code(), b, n, length), "dtype");
            if (!name.equals(dtype.nativeName())) {
                throw new NativeLibraryException("libtorch calls dtype number " + dtype.code() + " " + name
                        + ", flowprior expects " + dtype.nativeName() + ": this libtorch is not one of 2.11 to 2.13",
                        null);
            }
        }
    }

    /** The steps of search and loading so far, one on each line. */
    static synchronized List<String> trace() {
        return List.copyOf(TRACE);
    }

    /** The directory of the loaded libtorch, or null. */
    static synchronized Path libtorchDirectory() {
        return libtorchDirectory;
    }

    /** The reason why libtorch's CUDA libraries are not loaded, in one sentence; null if they are loaded. */
    static synchronized String cudaAbsence() {
        return cudaAbsence;
    }

    static void requireLinuxX64(String os, String architecture) {
        if (!os.equals("Linux") || !(architecture.equals("amd64") || architecture.equals("x86_64"))) {
            throw new NativeLibraryException(
                    "flowprior's native library is built for Linux on x86-64 only; this JVM runs on " + os + " "
                            + architecture,
                    null);
        }
    }

    // libtorch.so itself is not loaded: it is empty and only links to the libraries that are loaded here.
    private static void loadLibtorch() {
        LibtorchLocator.Found found = LibtorchLocator.locate(
                System.getProperty(LibtorchLocator.PROPERTY), System.getenv(), LibtorchLocator.home(), TRACE);
        if (found == null) {
            throw failed("libtorch was not found",
                    "run tools/provision-libtorch, or set LIBTORCH_HOME to an unpacked libtorch or an installed torch package",
                    null);
        }
        Path directory = found.libraryDirectory();
        String remedy = "check that libtorch is complete and built for this system";
        load("a library", directory.resolve("libc10.so"), remedy);
        boolean cuda = loadCuda(directory, "libc10_cuda.so");
        load("a library", directory.resolve("libtorch_cpu.so"), remedy);
        if (cuda) {
            loadCuda(directory, "libtorch_cuda.so"); // its kernels register themselves; no other library links to it
        }
        libtorchDirectory = directory;
    }

    private static boolean loadCuda(Path directory, String name) {
        Path file = directory.resolve(name);
        if (!Files.exists(file)) {
            cudaAbsence = "this libtorch is a CPU build (no " + name + " in " + directory + ")";
            TRACE.add("no " + name + ": a CPU build");
            return false;
        }
        try {
            System.load(file.toString());
            TRACE.add("loaded " + file);
            cudaAbsence = null;
            return true;
        } catch (UnsatisfiedLinkError e) {
            cudaAbsence = name + " was not loaded: " + e.getMessage();
            TRACE.add("not loaded: " + e.getMessage());
            return false;
        }
    }

    private static void load(String what, Path file, String remedy) {
        try {
            System.load(file.toString());
            TRACE.add("loaded " + file);
        } catch (UnsatisfiedLinkError e) {
            throw failed(what + " was not loaded: " + e.getMessage(), remedy, e);
        }
    }

    private static Path shimFile() {
        String property = System.getProperty(SHIM_PROPERTY);
        if (property != null && !property.isBlank()) {
            TRACE.add("-D" + SHIM_PROPERTY + " = " + property);
            return Path.of(property).toAbsolutePath();
        }
        URL resource = NativeLibrary.class.getResource(SHIM_RESOURCE);
        if (resource == null) {
            throw failed("the class path holds no " + SHIM_RESOURCE, "build it with mvn package", null);
        }
        try {
            return resource.getProtocol().equals("file") ? Path.of(resource.toURI()) : extracted(resource);
        } catch (IOException | URISyntaxException | UncheckedIOException | InvalidPathException e) {
            throw failed("the shim was not unpacked from " + resource + ": " + e,
                    "check that the cache directory can be written, or set FLOWPRIOR_CACHE to one that can", e);
        }
    }

    /** The shim as a file in the cache. Its name has the checksum, so several builds can be there at once. */
    private static Path extracted(URL resource) throws IOException {
        ZipEntry entry = ((JarURLConnection) resource.openConnection()).getJarEntry();
        Path directory = LibtorchLocator.cacheDirectory(System.getenv(), LibtorchLocator.home()).resolve("shim");
        Path file = directory.resolve("libflowprior_shim-%08x-%d.so".formatted(entry.getCrc(), entry.getSize()));
        if (Files.exists(file) && Files.size(file) == entry.getSize()) {
            TRACE.add("shim: unpacked earlier, " + file);
            return file.toAbsolutePath();
        }
        Files.createDirectories(directory);
        deleteUnused(directory);
        Path partial = Files.createTempFile(directory, "partial-", ".so");
        try (InputStream in = resource.openStream()) {
            Files.copy(in, partial, StandardCopyOption.REPLACE_EXISTING);
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(partial);
        }
        TRACE.add("shim: unpacked to " + file);
        return file.toAbsolutePath();
    }

    private static void deleteUnused(Path directory) throws IOException {
        FileTime limit = FileTime.from(Instant.now().minus(UNUSED_SHIMS_ARE_KEPT));
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (Files.getLastModifiedTime(file).compareTo(limit) < 0) {
                    Files.deleteIfExists(file); // a JVM that has it loaded keeps it
                }
            }
        }
    }

    private static NativeLibraryException failed(String what, String remedy, Throwable cause) {
        return new NativeLibraryException(what + TRACE.stream().map(step -> "\n  " + step).collect(Collectors.joining())
                + "\nRemedy: " + remedy, cause);
    }
}
