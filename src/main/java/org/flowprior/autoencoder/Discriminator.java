package org.flowprior.autoencoder;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.TensorFiles;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.nn.StateDict;

/** Distinguishes images from reconstructions: gives images high logits. State-dict keys are the official ones. */
public abstract sealed class Discriminator extends Module
        permits DinoDiscriminator, PatchGanDiscriminator, StyleGanDiscriminator, MaskBitDiscriminator {

    private static final Pattern WRAPPERS = Pattern.compile("^(module\\.|_orig_mod\\.)+");
    private static final String ENTRY = "discriminator";

    /**
     * The part of images that a discriminator sees: whole images, or one window for all images of the batch.
     *
     * @param crop whether there is a window
     * @param top  its first row; 0 without a window
     * @param left its first column; 0 without a window
     */
    public record Window(boolean crop, long top, long left) {

        /** Whole images. */
        public static final Window WHOLE = new Window(false, 0, 0);

        /** Throws {@link IllegalArgumentException} for a negative place, and for a place without a window. */
        public Window {
            if (top < 0 || left < 0 || !crop && (top != 0 || left != 0)) {
                throw new IllegalArgumentException("a window cannot be at row " + top + " and column " + left
                        + (crop ? "" : " of whole images"));
            }
        }

        /** Returns the window that begins at this row and column. */
        public static Window at(long top, long left) {
            return new Window(true, top, left);
        }
    }

    Discriminator() {}

    /**
     * Returns the logits of images seen through a window.
     *
     * @param images [B, 3, H, W] in [-1, 1]
     * @param window the part of the images to use, see {@link #drawWindow}; only {@link DinoDiscriminator} uses it
     * @return logits, in a shape that depends on the discriminator
     * @throws IllegalArgumentException for images of another shape
     */
    public abstract Tensor forward(Tensor images, Window window);

    /**
     * Draws the random part of a forward pass on images of this size. All but {@link DinoDiscriminator} draw nothing and
     * use whole images.
     *
     * @param generator on the CPU; null for the default one
     */
    public Window drawWindow(long height, long width, Generator generator) {
        return Window.WHOLE;
    }

    /** Returns the logits with a window from {@link #drawWindow}. */
    public final Tensor forward(Tensor images, Generator generator) {
        checkImages(images);
        return forward(images, drawWindow(images.size(2), images.size(3), generator));
    }

    final void checkImages(Tensor images) {
        long[] shape = images.shape();
        if (shape.length != 4 || shape[1] != 3) {
            throw new IllegalArgumentException(getClass().getSimpleName() + ": images must be [B, 3, H, W], not "
                    + Arrays.toString(shape));
        }
    }

    /**
     * Loads the weights in a file: a bare state dict, safetensors or {@code .pt}, or the entry {@code discriminator} of
     * an official checkpoint. Prefixes {@code module.} and {@code _orig_mod.} are removed.
     *
     * @throws IllegalArgumentException    naming the file and every tensor that is missing, unexpected or of another
     *                                     shape, before anything is written
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    public final void load(Path file) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> state = new LinkedHashMap<>();
            stateIn(file).forEach((key, tensor) -> state.put(WRAPPERS.matcher(key).replaceFirst(""), tensor));
            StateDict.load(getClass().getSimpleName() + " (read from " + file + ")", stateDict(), state);
        }
    }

    private static Map<String, Tensor> stateIn(Path file) {
        boolean checkpoint = TensorFiles.list(file).stream().anyMatch(entry -> entry.name().startsWith(ENTRY + "."));
        return checkpoint ? PtFile.readStateDict(file, ENTRY) : TensorFiles.readAll(file);
    }
}
