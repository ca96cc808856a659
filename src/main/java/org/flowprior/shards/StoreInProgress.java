package org.flowprior.shards;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flowprior.torch.io.JsonFields;
import org.flowprior.torch.io.PartialDirectory;

/**
 * A store that is being written, in a hidden directory beside its place until {@link #publish} puts it there: whatever
 * happens before leaves no store.
 */
public final class StoreInProgress {

    /** A step that may fail on the disk. */
    @FunctionalInterface
    public interface Step {
        /** Does it. */
        void run() throws IOException;
    }

    private final PartialDirectory place;
    private final String kind;
    private final List<Shard> shards = new ArrayList<>();
    private boolean ended;

    /** Begins a store in that place; {@code kind} is what messages call it. */
    public StoreInProgress(PartialDirectory place, String kind) {
        this.place = place;
        this.kind = kind;
    }

    /** Where the store will be. */
    public Path target() {
        return place.target();
    }

    /** The directory until then. */
    public PartialDirectory place() {
        return place;
    }

    /** The whole shards so far. */
    public List<Shard> shards() {
        return shards;
    }

    /** Whether the store is published, left or discarded. */
    public boolean ended() {
        return ended;
    }

    /** Throws {@link IllegalStateException} once the store has ended. */
    public void requireOpen() {
        if (ended) {
            throw new IllegalStateException("this " + kind + " is finished or closed");
        }
    }

    /** Runs a step; {@link UncheckedIOException} names the store when the disk refuses. */
    public void write(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            throw new UncheckedIOException(target() + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /**
     * Writes the description and puts the store in its place.
     *
     * @param file    name of the description
     * @param scratch names of files that do not belong to the store
     * @throws UncheckedIOException when the disk refuses
     */
    public void publish(String file, JsonObject description, String... scratch) {
        write(() -> {
            JsonFields.write(place.resolve(file), description);
            for (String name : scratch) {
                Files.delete(place.resolve(name));
            }
            place.publish();
        });
        ended = true;
    }

    /** Ends the writing and leaves what was written for a later writer. */
    public void leave() {
        ended = true;
        place.leave();
    }

    /** Ends the writing and removes what was written. */
    public void discard() {
        ended = true;
        place.discard();
    }
}
