package org.flowprior.train;

import java.nio.file.Path;
import org.flowprior.data.ProceduralImages;

/** The paths in configs, made whole, so that a run goes on from any directory. */
public final class ConfigPaths {

    private ConfigPaths() {}

    /** An empty path, which names nothing, stays. */
    public static String whole(String path) {
        return path.isEmpty() ? path : Path.of(path).toAbsolutePath().normalize().toString();
    }

    /** Also the specification of images that are drawn on the way stays. */
    public static String wholeImages(String path) {
        return !path.isEmpty() && ProceduralImages.isSpecification(Path.of(path)) ? path : whole(path);
    }
}
