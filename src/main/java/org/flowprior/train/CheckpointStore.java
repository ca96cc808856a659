package org.flowprior.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flowprior.torch.io.AtomicFiles;

/**
 * The checkpoints of a run: {@code step-00012000/…} and a link {@code last} to the newest. A checkpoint is
 * written under another name and then renamed, so that a directory of that name is complete, even after a crash.
 */
public final class CheckpointStore {

    /** Writes the files of a checkpoint. */
    @FunctionalInterface
    public interface Contents {
        /** Writes into that directory. */
        void in(Path directory) throws IOException;
    }

    private static final Pattern NAME = Pattern.compile("step-\\d{8,}");

    private final Path directory;
    private final int kept;

    /**
     * The store in that directory, which is made with the first checkpoint.
     *
     * @param kept how many of the newest checkpoints are kept
     */
    public CheckpointStore(Path directory, int kept) {
        if (kept < 1) {
            throw new IllegalArgumentException("at least one checkpoint must be kept, not " + kept);
        }
        this.directory = directory;
        this.kept = kept;
    }

    /** Writes the checkpoint of that step, and deletes those that are not kept. */
    public Path write(long step, Contents body) throws IOException {
        Files.createDirectories(directory);
        Path place = directory.resolve("step-%08d".formatted(step));
        Path partial = partial(place);
        deleteTree(partial);
        Files.createDirectory(partial);
        body.in(partial);
        try (Stream<Path> files = Files.list(partial)) {
            for (Path file : files.toList()) {
                AtomicFiles.force(file);
            }
        }
        AtomicFiles.force(partial);
        deleteTree(place);
        Files.move(partial, place, StandardCopyOption.ATOMIC_MOVE);
        link(place);
        AtomicFiles.force(directory);
        prune();
        return place;
    }

    /** The newest whole checkpoint. */
    public Optional<Path> newest() throws IOException {
        List<Path> all = all();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    /** The checkpoints, the oldest first. */
    public List<Path> all() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> NAME.matcher(f.getFileName().toString()).matches()).sorted((a, b) ->
                    Long.compare(step(a), step(b))).toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /** The step of a checkpoint's directory. */
    static long step(Path checkpoint) {
        return Long.parseLong(checkpoint.getFileName().toString().substring("step-".length()));
    }

    private void link(Path place) throws IOException {
        Path link = directory.resolve("last");
        Path partial = partial(link);
        Files.deleteIfExists(partial);
        Files.createSymbolicLink(partial, place.getFileName());
        Files.move(partial, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The place beside the checkpoint, or the link, in which it is made. */
    private static Path partial(Path file) {
        return file.resolveSibling("." + file.getFileName() + ".partial");
    }

    /** Deletes a directory and what it holds; does nothing where there is none. */
    private static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void prune() throws IOException {
        List<Path> all = all();
        for (Path old : all.subList(0, Math.max(0, all.size() - kept))) {
            deleteTree(old);
        }
    }
}
