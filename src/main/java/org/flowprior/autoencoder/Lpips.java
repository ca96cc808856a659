package org.flowprior.autoencoder;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Linalg;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.TensorFiles;
import org.flowprior.torch.nn.Conv2d;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.nn.ModuleDict;
import org.flowprior.torch.nn.StateDict;
import org.flowprior.vision.Vgg16;

/**
 * LPIPS (Zhang et al., 2018, Eq. 1) over VGG16: the distance of two images is the squared distance of their features,
 * normalised over channels and weighted by channel. Agrees with the official {@code LPIPS} in numbers and keys. All its
 * weights are frozen.
 *
 * <p>The official network has a dropout of 1/2 between squares and weights, which its training leaves on by mistake: its
 * perceptual loss is noisy, with the same expectation. Here it is off; {@link #dropout} turns it on. If all channels of a
 * feature are 0, the official gradient is NaN and this one is 0.
 */
public final class Lpips extends Module {

    private static final long[] CHANNELS = {64, 128, 256, 512, 512};
    /** torchvision's numbers of the convolutions of each slice. */
    private static final int[][] SLICES = {{0, 2}, {5, 7}, {10, 12, 14}, {17, 19, 21}, {24, 26, 28}};
    private static final double EPSILON = 1e-10;
    private static final double KEPT = 0.5;

    private final Scaling scaling;
    private final Vgg16 vgg;
    private final List<Conv2d> heads = new ArrayList<>();
    private boolean dropout;

    /** Makes an untrained network with weights from the default generator. */
    public Lpips() {
        this(null);
    }

    /**
     * Makes an untrained network: VGG16 and positive channel weights are random; the result is still a distance.
     *
     * @param generator draws the weights; null for the default generator
     */
    public Lpips(Generator generator) {
        this(new Vgg16(generator), generator);
    }

    private Lpips(Vgg16 vgg, Generator generator) {
        this.vgg = vgg;
        scaling = register("scaling_layer", new Scaling());
        register("net", slices(vgg));
        for (int i = 0; i < CHANNELS.length; i++) {
            Conv2d head = new Conv2d(CHANNELS[i], 1, Conv2d.Options.kernel(1).withBias(false), generator);
            try (NoGrad noGrad = new NoGrad()) {
                head.weight().abs_();
            }
            register("lin" + i, new ModuleDict(Map.of("model", new ModuleDict(Map.of("1", head)))));
            heads.add(head);
        }
        requiresGrad_(false);
    }

    /** Puts the convolutions of VGG16 under their official names. */
    private static ModuleDict slices(Vgg16 vgg) {
        Map<String, Module> convolutions = vgg.namedModules();
        Map<String, Module> net = new LinkedHashMap<>();
        for (int i = 0; i < SLICES.length; i++) {
            Map<String, Module> slice = new LinkedHashMap<>();
            for (int number : SLICES[i]) {
                slice.put(Integer.toString(number), convolutions.get("features." + number));
            }
            net.put("slice" + (i + 1), new ModuleDict(slice));
        }
        return new ModuleDict(net);
    }

    /**
     * Reads published weights.
     *
     * @param vgg   torchvision's {@code vgg16-397923af.pth}
     * @param heads the channel weights, {@code vgg.pth} of LPIPS 0.1
     * @throws IllegalArgumentException    naming the file and every tensor that is missing, unexpected or of another
     *                                     shape
     * @throws java.io.UncheckedIOException when a file cannot be read
     */
    public static Lpips of(Path vgg, Path heads) {
        try (Scope scope = Scope.open()) {
            Vgg16 network = Vgg16.read(vgg);
            Lpips lpips = Init.skipped(() -> new Lpips(network, null));
            Map<String, Tensor> targets = lpips.stateDict();
            targets.keySet().removeIf(key -> !key.startsWith("lin"));
            return lpips.loaded("the channel weights of LPIPS", heads, targets);
        }
    }

    /**
     * Reads a file with all weights under the official keys, which start with {@code net.}, {@code lin} or
     * {@code scaling_layer.}
     *
     * @throws IllegalArgumentException    as {@link #of}
     * @throws java.io.UncheckedIOException when the file cannot be read
     */
    public static Lpips read(Path file) {
        try (Scope scope = Scope.open()) {
            Lpips lpips = Init.skipped(() -> new Lpips());
            return lpips.loaded("LPIPS", file, lpips.stateDict());
        }
    }

    private Lpips loaded(String what, Path file, Map<String, Tensor> targets) {
        try {
            StateDict.load(what + " (read from " + file + ")", targets, TensorFiles.readAll(file));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        return this;
    }

    /**
     * Sets whether every forward pass drops squares with probability 1/2, as in the official training. Returns this.
     */
    public Lpips dropout(boolean enabled) {
        dropout = enabled;
        return this;
    }

    /** Returns the distances; {@link #dropout} draws from the default generator. */
    public Tensor forward(Tensor x, Tensor y) {
        return forward(x, y, null);
    }

    /**
     * Returns the distances of images, pair by pair; their mean is the perceptual loss.
     *
     * @param x         [B, 3, H, W] in [-1, 1], H and W at least 16
     * @param y         the same shape
     * @param generator draws the dropout, on the images' device, slice by slice; unused without dropout; null for the
     *                  default generator
     * @return [B, 1, 1, 1]
     * @throws IllegalArgumentException for other shapes
     */
    public Tensor forward(Tensor x, Tensor y, Generator generator) {
        if (!Arrays.equals(x.shape(), y.shape())) {
            throw new IllegalArgumentException("LPIPS compares images of one shape, not " + Arrays.toString(x.shape())
                    + " and " + Arrays.toString(y.shape()));
        }
        return Scope.returning(() -> {
            List<Tensor> of = features(x);
            List<Tensor> from = features(y);
            Tensor sum = null;
            for (int i = 0; i < heads.size(); i++) {
                Tensor distance = distance(of.get(i), from.get(i), heads.get(i).weight(), generator);
                sum = sum == null ? distance : sum.add(distance);
            }
            return sum;
        });
    }

    private List<Tensor> features(Tensor images) {
        return List.copyOf(vgg.forward(scaling.forward(images)).values());
    }

    private Tensor distance(Tensor x, Tensor y, Tensor weight, Generator generator) {
        return Scope.returning(() -> {
            Tensor squares = unit(x).sub(unit(y)).pow(2);
            if (dropout) {
                squares = squares.mul(Torch.emptyLike(squares).bernoulli_(KEPT, generator).div_(KEPT));
            }
            // The weighting is linear, so the mean over the image can come first.
            return squares.mean(new long[] {2, 3}, true).mul(weight).sum(new long[] {1}, true);
        });
    }

    private static Tensor unit(Tensor features) {
        Tensor length = Linalg.vectorNorm(features, 2, new long[] {1}, true);
        return features.div(length.add(EPSILON));
    }

    /** Subtracts LPIPS's ImageNet mean from images in [-1, 1] and divides by its deviation. */
    private static final class Scaling extends Layer {

        private final Tensor shift = registerBuffer("shift",
                Tensor.of(new float[] {-0.030f, -0.088f, -0.188f}, 1, 3, 1, 1), true);
        private final Tensor scale = registerBuffer("scale",
                Tensor.of(new float[] {0.458f, 0.448f, 0.450f}, 1, 3, 1, 1), true);

        @Override
        public Tensor forward(Tensor x) {
            return x.sub(shift).div(scale);
        }
    }
}
