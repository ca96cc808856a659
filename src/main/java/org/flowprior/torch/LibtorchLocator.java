package org.flowprior.torch;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Finds libtorch: in {@code -Dflowprior.libtorch=DIR}, then in the environment variable {@code LIBTORCH_HOME}, then in
 * the cache of {@code tools/provision-libtorch}. If the user names a place and libtorch is not there, the search ends
 * without a look at the others. {@code tools/lib/common.sh} follows the same rules.
 */
final class LibtorchLocator {

    /** The version that {@code tools/provision-libtorch} fetches. */
    static final String PROVISIONED_VERSION = "2.13.0";

    static final String PROPERTY = "flowprior.libtorch";
    static final String VARIABLE = "LIBTORCH_HOME";

    /** A library that every libtorch has. */
    private static final String LANDMARK = "libtorch_cpu.so";

    /** Places below a directory that the user named: an official archive, an installed Python package, or the parent. */
    private static final List<String> LAYOUTS = List.of("lib", "torch/lib", "libtorch/lib");

    /** The directory of {@code libtorch_cpu.so}, and a description of how it was found. */
    record Found(Path libraryDirectory, String source) {}

    private LibtorchLocator() {}

    /**
     * Searches, and adds a line for each step to {@code trace}.
     *
     * @param property the value of {@value #PROPERTY}, or null
     * @param environment the environment variables
     * @param home the user's home directory
     * @return the place of libtorch, or null
     */
    static Found locate(String property, Map<String, String> environment, Path home, List<String> trace) {
        if (isSet(property)) {
            return named("-D" + PROPERTY, property, trace);
        }
        trace.add("-D" + PROPERTY + " is not set");
        String variable = environment.get(VARIABLE);
        if (isSet(variable)) {
            return named(VARIABLE, variable, trace);
        }
        trace.add(VARIABLE + " is not set");
        Path provisioned = cacheDirectory(environment, home).resolve("libtorch-" + PROVISIONED_VERSION);
        return in(provisioned, "provisioned copy", List.of("lib"), trace);
    }

    /** The user's home as in the scripts of {@code tools/}: {@code HOME} comes first, which {@code user.home} ignores. */
    static Path home() {
        String variable = System.getenv("HOME");
        return Path.of(isSet(variable) ? variable : System.getProperty("user.home"));
    }

    /** The directory of provisioned and unpacked libraries. */
    static Path cacheDirectory(Map<String, String> environment, Path home) {
        String own = environment.get("FLOWPRIOR_CACHE");
        if (isSet(own)) {
            return Path.of(own);
        }
        String shared = environment.get("XDG_CACHE_HOME");
        return (isSet(shared) ? Path.of(shared) : home.resolve(".cache")).resolve("flowprior");
    }

    private static Found named(String source, String value, List<String> trace) {
        try {
            return in(Path.of(value), source, LAYOUTS, trace);
        } catch (InvalidPathException e) {
            trace.add(source + " is not a path: " + e.getMessage());
            return null;
        }
    }

    private static Found in(Path directory, String source, List<String> layouts, List<String> trace) {
        Path root = directory.toAbsolutePath().normalize();
        if (!Files.isDirectory(root)) {
            trace.add(source + ": no directory " + root);
            return null;
        }
        for (String layout : layouts) {
            Path candidate = root.resolve(layout);
            if (Files.isRegularFile(candidate.resolve(LANDMARK))) {
                trace.add(source + ": found in " + candidate);
                return new Found(candidate, source);
            }
        }
        trace.add(source + ": no " + LANDMARK + " in " + root + " (looked in " + String.join(", ", layouts) + ")");
        return null;
    }

    private static boolean isSet(String value) {
        return value != null && !value.isBlank();
    }
}
