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

/** Tells images from reconstructions: high logits for images. Each keeps the official state-dict keys. */
public abstract sealed class Discriminator extends Module
        permits DinoDiscriminator, PatchGanDiscriminator, StyleGanDiscriminator, MaskBitDiscriminator {

    private static final Pattern WRAPPERS = Pattern.compile("^(module\\.|_orig_mod\\.)+");
    private static final String ENTRY = "discriminator";

    Discriminator() {}

    /**
     * The logits of the images under that window.
     *
     * @param images [B, 3, H, W] in [-1, 1]
     * @param window what of the images to look at, as {@link #drawWindow} gives it
     * @return logits, in the shape that each discriminator names
     * @throws IllegalArgumentException for images of another shape
     */
    public abstract Tensor forward(Tensor images, DiscriminatorWindow window);

    /**
     * The random part of a forward on images of that size. All but {@link DinoDiscriminator} draw nothing and look at
     * everything.
     *
     * @param generator on the CPU; null for the default one
     */
    public DiscriminatorWindow drawWindow(long height, long width, Generator generator) {
        return DiscriminatorWindow.WHOLE;
    }

    /** The logits under a window that is drawn, see {@link #drawWindow}. */
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
     * an official checkpoint. A prefix {@code module.} or {@code _orig_mod.} falls off.
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
        if (!checkpoint) {
            return TensorFiles.readAll(file);
        }
        return PtFile.readStateDict(file, ENTRY);
    }
}
