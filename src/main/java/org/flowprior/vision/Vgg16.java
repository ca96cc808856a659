package org.flowprior.vision;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.TensorFiles;
import org.flowprior.torch.nn.Conv2d;
import org.flowprior.torch.nn.Fan;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.nn.Nonlinearity;
import org.flowprior.torch.nn.StateDict;

/**
 * The convolutions of VGG16 (configuration D of Simonyan and Zisserman, 2015) up to {@code relu5_3}, with the outputs
 * that LPIPS uses. Numbers and keys, {@code features.0.weight} to {@code features.28.bias}, are those of torchvision's
 * {@code vgg16}, without its classifier.
 */
public final class Vgg16 extends Module {

    /** Numbers of convolutions between poolings: 3 x 3, padded, each with a ReLU after it. */
    private static final int[] CONVOLUTIONS = {2, 2, 3, 3, 3};
    private static final long[] CHANNELS = {64, 128, 256, 512, 512};
    /** The four poolings by 2 leave at least one pixel. */
    private static final int SMALLEST = 16;

    /** The convolutions under torchvision's numbers, which also count ReLUs and poolings. */
    private static final class Features extends Module {

        private final Conv2d[][] stages = new Conv2d[CONVOLUTIONS.length][];

        Features(Generator generator) {
            int number = 0;
            long in = 3;
            for (int stage = 0; stage < stages.length; stage++) {
                stages[stage] = new Conv2d[CONVOLUTIONS[stage]];
                for (int i = 0; i < stages[stage].length; i++) {
                    stages[stage][i] = register(Integer.toString(number), convolution(in, CHANNELS[stage], generator));
                    in = CHANNELS[stage];
                    number += 2;
                }
                number++;
            }
        }

        private static Conv2d convolution(long in, long out, Generator generator) {
            Conv2d convolution = new Conv2d(in, out, Conv2d.Options.kernel(3).withPadding(1), generator);
            Init.kaimingNormal_(convolution.weight(), 0, Fan.OUT, Nonlinearity.RELU, generator);
            Init.zeros_(convolution.bias());
            return convolution;
        }
    }

    private final Features features;

    /** Makes a network with torchvision's initial weights from the default generator. */
    public Vgg16() {
        this(null);
    }

    /**
     * Makes a network with torchvision's distribution of initial weights, float32 on the CPU.
     *
     * @param generator draws the weights; null for the default generator
     */
    public Vgg16(Generator generator) {
        features = register("features", new Features(generator));
    }

    /**
     * Reads the weights of torchvision's file and ignores its {@code classifier.*}.
     *
     * @throws IllegalArgumentException    naming the file and every tensor that is missing, unexpected or of another
     *                                     shape
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    public static Vgg16 read(Path file) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> state = new LinkedHashMap<>(TensorFiles.readAll(file));
            state.keySet().removeIf(key -> key.startsWith("classifier."));
            Vgg16 network = Init.skipped(() -> new Vgg16());
            try {
                StateDict.load("VGG16 (read from " + file + ")", network.stateDict(), state);
            } catch (RuntimeException e) {
                network.close();
                throw e;
            }
            return network;
        }
    }

    /**
     * Returns the outputs after the last ReLU of each stage, in this order: {@code relu1_2}, {@code relu2_2},
     * {@code relu3_3}, {@code relu4_3} and {@code relu5_3}.
     *
     * @param images [B, 3, H, W], normalised as the weights require, H and W at least 16
     * @return [B, 64, H, W], [B, 128, H/2, W/2], [B, 256, H/4, W/4], [B, 512, H/8, W/8] and [B, 512, H/16, W/16], with
     *         quotients rounded down
     * @throws IllegalArgumentException for another shape
     */
    public Map<String, Tensor> forward(Tensor images) {
        long[] shape = images.shape();
        if (shape.length != 4 || shape[1] != 3 || shape[2] < SMALLEST || shape[3] < SMALLEST) {
            throw new IllegalArgumentException("VGG16: images must be [B, 3, H, W] with at least " + SMALLEST
                    + " rows and columns, not " + Arrays.toString(shape));
        }
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> outputs = new LinkedHashMap<>();
            Tensor x = images;
            for (int stage = 0; stage < CONVOLUTIONS.length; stage++) {
                x = run(stage, x);
                outputs.put("relu" + (stage + 1) + "_" + CONVOLUTIONS[stage], x);
            }
            outputs.values().forEach(Tensor::moveOutward);
            return outputs;
        }
    }

    private Tensor run(int stage, Tensor input) {
        Tensor x = stage == 0 ? input.share() : Functional.maxPool2d(input, 2);
        for (Conv2d convolution : features.stages[stage]) {
            x = x.into(convolution::forward).relu_();
        }
        return x;
    }
}
