package org.flowprior.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flowprior.config.RequestException;
import org.flowprior.torch.io.AtomicFiles;

/**
 * The checkpoints of a run: {@code step-00012000/…} and a link {@code last} to the newest. A checkpoint is written
 * under another name and then renamed, so a directory with a checkpoint's name is complete, even after a crash.
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
    private Contents companion = directory -> {};

    /**
     * Makes a store. The first checkpoint creates its directory.
     *
     * @param kept number of the newest checkpoints that are kept, at least 1
     */
    public CheckpointStore(Path directory, int kept) {
        if (kept < 1) {
            throw new IllegalArgumentException("at least one checkpoint must be kept, not " + kept);
        }
        this.directory = directory;
        this.kept = kept;
    }

    /** Adds files that each checkpoint gets besides those of its stage. Returns this. */
    CheckpointStore with(Contents files) {
        companion = files;
        return this;
    }

    /** Writes the checkpoint of a step, deletes those that are not kept, and returns the checkpoint's directory. */
    public Path write(long step, Contents body) throws IOException {
        Files.createDirectories(directory);
        Path place = directory.resolve("step-%08d".formatted(step));
        Path partial = partial(place);
        deleteTree(partial);
        Files.createDirectory(partial);
        body.in(partial);
        companion.in(partial);
        CheckpointSums.write(partial);
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
        List<Path> all = all();
        for (Path old : all.subList(0, Math.max(0, all.size() - kept))) {
            deleteTree(old);
        }
        return place;
    }

    /** Returns the newest complete checkpoint. */
    public Optional<Path> newest() throws IOException {
        List<Path> all = all();
        return Optional.ofNullable(all.isEmpty() ? null : all.getLast());
    }

    /** Returns the checkpoints, oldest first. */
    public List<Path> all() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> NAME.matcher(f.getFileName().toString()).matches())
                    .sorted(Comparator.comparingLong(CheckpointStore::step)).toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /**
     * Returns the checkpoint to continue from.
     *
     * @param named number of a step, or path or name of a checkpoint's directory; null for the newest checkpoint
     * @return empty if there is none and none is named
     * @throws RequestException if the named one is not there, or if the checkpoint is damaged; the message then names
     *                          the newest older one that is intact
     */
    Optional<Path> toContinue(String named) throws IOException {
        Optional<Path> chosen = named == null ? newest() : Optional.of(named(named));
        if (chosen.isPresent()) {
            Optional<String> damage = CheckpointSums.damage(chosen.get());
            if (damage.isPresent()) {
                throw new RequestException(chosen.get() + " is damaged: " + damage.get() + "; "
                        + offer(step(chosen.get())));
            }
        }
        return chosen;
    }

    private Path named(String name) throws IOException {
        List<Path> all = all();
        for (Path checkpoint : all) {
            boolean same = name.matches("\\d{1,18}") ? step(checkpoint) == Long.parseLong(name)
                    : checkpoint.endsWith(name)
                            || Files.isDirectory(Path.of(name)) && Files.isSameFile(checkpoint, Path.of(name));
            if (same) {
                return checkpoint;
            }
        }
        throw new RequestException(directory + " has no checkpoint " + name + "; it has those of the steps "
                + all.stream().map(c -> Long.toString(step(c))).collect(Collectors.joining(", ")));
    }

    private String offer(long before) throws IOException {
        for (Path checkpoint : all().reversed()) {
            if (step(checkpoint) < before && CheckpointSums.damage(checkpoint).isEmpty()) {
                return "--resume-from " + step(checkpoint) + " continues from " + checkpoint.getFileName()
                        + (CheckpointSums.areIn(checkpoint) ? ", which is intact"
                                : ", which has no checksums to check it by");
            }
        }
        return "no older checkpoint is intact";
    }

    /**
     * Gives the checkpoints of later steps other names, so that the one of this step is the newest. Returns their new
     * places.
     */
    List<Path> setLaterAside(long step) throws IOException {
        List<Path> aside = new ArrayList<>();
        List<Path> all = all();
        for (Path checkpoint : all) {
            if (step(checkpoint) > step) {
                Path place = RunDirectory.unused(directory, checkpoint.getFileName() + ".set-aside");
                aside.add(Files.move(checkpoint, place, StandardCopyOption.ATOMIC_MOVE));
            }
        }
        if (!aside.isEmpty()) {
            link(all.get(all.size() - aside.size() - 1));
            AtomicFiles.force(directory);
        }
        return aside;
    }

    /** Returns the number of the step that is in the checkpoint's name. */
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

    /** Returns the path beside the file where it is written before it gets its name. */
    private static Path partial(Path file) {
        return file.resolveSibling("." + file.getFileName() + ".partial");
    }

    private static void deleteTree(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
