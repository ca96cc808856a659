package org.flowprior.torch.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.Tensor;

/**
 * The state of one network in a file that training left: safetensors, or a {@code .pt} with the state bare or in one of
 * some entries, its keys behind the {@code module.} of data-parallel training and the {@code _orig_mod.} of a compiled
 * module, or not.
 */
public final class StateFile {

    private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.");

    private StateFile() {}

    /**
     * The tensors under their keys without wrappers, in the file's order, in the innermost scope.
     *
     * @param network what it is to be of, with its article, for error messages
     * @param entries of a {@code .pt} where the state may lie, the first that is there; else the file is the state
     * @throws IllegalArgumentException     naming the file, for content that is no state
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    public static Map<String, Tensor> read(Path file, String network, List<String> entries) {
        Map<?, ?> found = isSafetensors(file) ? Safetensors.read(file)
                : entry(file, PtFile.read(file), network, entries);
        Map<String, Tensor> state = new LinkedHashMap<>();
        found.forEach((key, value) -> {
            if (!(value instanceof Tensor tensor)) {
                throw refused(file, new IllegalArgumentException("entry '" + key
                        + "' is no tensor, so this is not the state of " + network));
            }
            state.put(unwrapped(String.valueOf(key)), tensor);
        });
        return state;
    }

    private static Map<?, ?> entry(Path file, Object root, String network, List<String> entries) {
        if (!(root instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException(file + ": holds no dict, so it is not the state of " + network);
        }
        for (String name : entries) {
            if (map.get(name) instanceof Map<?, ?> found && !found.isEmpty()) {
                return found;
            }
        }
        return map;
    }

    private static String unwrapped(String key) {
        for (String wrapper : WRAPPERS) {
            if (key.startsWith(wrapper)) {
                return unwrapped(key.substring(wrapper.length()));
            }
        }
        return key;
    }

    /** The metadata of a safetensors file; empty for others. */
    public static Map<String, String> metadata(Path file) {
        return isSafetensors(file) ? Safetensors.header(file).metadata() : Map.of();
    }

    /** The reason with the file's name, on one line, whatever the names in a damaged file are. */
    public static IllegalArgumentException refused(Path file, IllegalArgumentException reason) {
        return new IllegalArgumentException(file + ": " + reason.getMessage().replaceAll("\\p{Cntrl}", "?"), reason);
    }

    /** By the brace with which a safetensors header begins, behind its length. */
    public static boolean isSafetensors(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(9);
            return start.length == 9 && start[8] == '{';
        } catch (IOException e) {
            throw FileErrors.reading(file, e);
        }
    }
}
