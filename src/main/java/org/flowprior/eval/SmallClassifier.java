package org.flowprior.eval;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.flowprior.data.ImageBatch;
import org.flowprior.data.ImageCrop;
import org.flowprior.data.ImageLoader;
import org.flowprior.data.ImageSource;
import org.flowprior.torch.Device;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.io.StateFile;
import org.flowprior.torch.nn.BatchNorm2d;
import org.flowprior.torch.nn.Conv2d;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.nn.ReLU;
import org.flowprior.torch.nn.Sequential;
import org.flowprior.torch.optim.Adam;
import org.flowprior.torch.optim.AdamOptions;
import org.flowprior.torch.optim.LearningRateSchedule;

/**
 * A small convolutional network that classifies images. After training on real images, it tells whether generated ones
 * show their class. For {@link org.flowprior.data.ProceduralImages}, training takes minutes on two cores. It runs on the
 * CPU in float32. The same images and options give the same network on the same machine with the same number of threads.
 *
 * <p>Images with sides above 32 pixels are averaged down to 32. Training flips each image left to right with probability
 * 1/2, as a generator's training does.
 */
public final class SmallClassifier implements AutoCloseable {

    private static final int LARGEST_SIDE = 32;
    private static final double RATE = 3e-3;
    private static final double WARMUP_SHARE = 0.05;
    /** The metadata's key of the classes' names, a JSON list. */
    private static final String NAMES = "classes";
    private static final String LAST_WEIGHT = "classes.weight";

    /**
     * Options of a classifier's training.
     *
     * @param steps steps of Adam, at least 1
     * @param batch images of a step, from 1 to the number of images
     * @param width channels of the first layer, at least 1; the last has four times as many
     * @param seed  of the initial weights, the images' order and the flips
     */
    public record Options(int steps, int batch, int width, long seed) {

        /** With these, more than 95 % of procedural images of 64 pixels are correctly classified. */
        public static final Options STANDARD = new Options(1000, 64, 16, 0);

        /** Throws {@link IllegalArgumentException} for numbers below 1. */
        public Options {
            if (steps < 1 || batch < 1 || width < 1) {
                throw new IllegalArgumentException("steps, batch and width of a classifier are at least 1, not " + steps
                        + ", " + batch + " and " + width);
            }
        }
    }

    /** Strided convolutions, the mean over the positions, a linear layer. */
    private static final class Network extends Module {

        private final Sequential features;
        private final Linear classes;

        Network(int width, int classCount, Generator generator) {
            features = register("features", new Sequential(
                    convolution(3, width, 1, generator), new BatchNorm2d(width), new ReLU(),
                    convolution(width, 2 * width, 2, generator), new BatchNorm2d(2L * width), new ReLU(),
                    convolution(2 * width, 2 * width, 2, generator), new BatchNorm2d(2L * width), new ReLU(),
                    convolution(2 * width, 4 * width, 2, generator), new BatchNorm2d(4L * width), new ReLU()));
            classes = register("classes", new Linear(4L * width, classCount, true, generator));
        }

        private static Layer convolution(int in, int out, int stride, Generator generator) {
            return new Conv2d(in, out, Conv2d.Options.kernel(3).withStride(stride).withPadding(1).withBias(false),
                    generator);
        }

        Tensor pooled(Tensor images) {
            Tensor small = images.size(2) <= LARGEST_SIDE ? images
                    : Functional.adaptiveAvgPool2d(images, LARGEST_SIDE, LARGEST_SIDE);
            return features.forward(small).mean(new long[] {2, 3});
        }

        Tensor logits(Tensor images) {
            return classes.forward(pooled(images));
        }
    }

    private final Network network;
    private final List<String> names;

    private SmallClassifier(Network network, List<String> names) {
        this.network = network;
        this.names = names;
    }

    /**
     * Trains a classifier on centre crops of the images.
     *
     * @param images   images with classes
     * @param side     pixels a side of the crops, and of the images to classify
     * @param threads  threads that decode images
     * @param progress gets the number of steps done after each step
     * @throws IllegalArgumentException when the images do not fill a batch
     */
    public static SmallClassifier train(ImageSource images, int side, Options options, int threads,
            LongConsumer progress) {
        ImageLoader.Options how = ImageLoader.Options.training(new ImageCrop.Centre(side), options.batch(),
                options.seed()).withThreads(threads);
        Network network;
        try (Scope scope = Scope.open(); Generator generator = Generator.seeded(options.seed())) {
            network = new Network(options.width(), images.classes().size(), generator);
        }
        try (ImageLoader loader = new ImageLoader(images, how);
                Adam adam = new Adam(network.parameters(), AdamOptions.ADAM)) {
            LearningRateSchedule rate = LearningRateSchedule.cosineAfterWarmup(RATE, 0,
                    (long) (WARMUP_SHARE * options.steps()), options.steps());
            for (int step = 0; step < options.steps(); step++) {
                adam.setLearningRate(rate.at(step));
                step(network, adam, loader);
                progress.accept(step + 1L);
            }
            network.eval();
            return new SmallClassifier(network, List.copyOf(images.classes()));
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
    }

    private static void step(Network network, Adam adam, ImageLoader loader) {
        try (Scope scope = Scope.open()) {
            ImageBatch batch = loader.nextOfAnyPass();
            adam.zeroGrad();
            Functional.crossEntropyLoss(network.logits(batch.images()), batch.labels()).backward();
            adam.step();
        }
    }

    /**
     * Reads a classifier from a file that {@link #write} wrote.
     *
     * @throws IllegalArgumentException     naming the file, when it holds something else
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    public static SmallClassifier read(Path file) {
        if (!StateFile.isSafetensors(file)) {
            throw new IllegalArgumentException(file + ": is not a safetensors file, so it is no small classifier");
        }
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> state = Safetensors.load(file);
            List<String> names = names(Safetensors.header(file).metadata().get(NAMES));
            Tensor last = state.get(LAST_WEIGHT);
            if (names == null || last == null || last.dim() != 2 || last.size(0) != names.size() || last.size(1) < 4
                    || last.size(1) % 4 != 0) {
                throw new IllegalArgumentException(file + ": is no small classifier; evaluate --train-classifier "
                        + "writes one");
            }
            Network network = Init.skipped(() -> new Network((int) last.size(1) / 4, names.size(), null));
            try {
                network.loadStateDict(state);
                network.eval();
                return new SmallClassifier(network, names);
            } catch (RuntimeException e) {
                network.close();
                throw e instanceof IllegalArgumentException wrong ? StateFile.refused(file, wrong) : e;
            }
        }
    }

    private static List<String> names(String json) {
        try {
            return json == null ? null : List.of(new Gson().fromJson(json, String[].class));
        } catch (JsonParseException | NullPointerException e) {
            return null;
        }
    }

    /**
     * Writes weights and names as safetensors. An old file is replaced whole or not at all.
     *
     * @throws java.io.UncheckedIOException when it cannot be written
     */
    public void write(Path file) {
        Safetensors.write(file, network.stateDict(), Map.of(NAMES, new Gson().toJson(names)));
    }

    /** Returns the classes' names, in the order of their numbers. */
    public List<String> names() {
        return names;
    }

    /**
     * Finds the most likely class of each image.
     *
     * @param images float32 [N, 3, H, W] in [-1, 1], N at least 1, on any device
     * @return int64 [N] on the CPU
     */
    public Tensor classes(Tensor images) {
        return Scope.returning(() -> logits(features(images)).argmax(1L));
    }

    /**
     * Computes the input of the last layer: the output of the convolutions, averaged over the positions.
     *
     * @param images as for {@link #classes}
     * @return float32 [N, D] on the CPU, without gradients
     */
    public Tensor features(Tensor images) {
        try (NoGrad noGrad = new NoGrad()) {
            return Scope.returning(() -> network.pooled(images.detach().to(Device.CPU, images.dtype())));
        }
    }

    /**
     * Computes the classes' logits.
     *
     * @param features float32 [N, D], of {@link #features}
     * @return float32 [N, number of classes], without gradients
     */
    public Tensor logits(Tensor features) {
        try (NoGrad noGrad = new NoGrad()) {
            return Scope.returning(() -> network.classes.forward(features));
        }
    }

    /** Frees the network. */
    @Override
    public void close() {
        network.close();
    }
}
