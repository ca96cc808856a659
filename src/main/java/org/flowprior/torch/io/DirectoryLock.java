package org.flowprior.torch.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Holds a directory for one process, by the lock on a file {@code .lock} in it, which stays. */
public final class DirectoryLock implements AutoCloseable {

    private final FileChannel file;

    private DirectoryLock(FileChannel file) {
        this.file = file;
    }

    /**
     * Locks a directory, and removes what killed processes left in it, see {@link AtomicFiles#removeLeftovers}.
     *
     * @return empty if this or another process holds the directory
     */
    public static Optional<DirectoryLock> of(Path directory) throws IOException {
        FileChannel file = FileChannel.open(directory.resolve(".lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        try {
            if (isLocked(file)) {
                AtomicFiles.removeLeftovers(directory);
                return Optional.of(new DirectoryLock(file));
            }
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        file.close();
        return Optional.empty();
    }

    /** Locks an open file until it is closed. Returns false if this or another process has locked it. */
    static boolean isLocked(FileChannel file) throws IOException {
        try {
            return file.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // by this process
        }
    }

    /** Unlocks the directory. */
    @Override
    public void close() throws IOException {
        file.close();
    }
}
