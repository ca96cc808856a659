package org.flowprior.flow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.flowprior.torch.Checkpoint;
import org.flowprior.torch.DType;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.nn.ModuleList;

/**
 * The velocity network v_θ (Sec. 4.1, 5.1): residual MLP blocks whose layer norms are modulated by the time. It follows
 * the official {@code SimpleMLPAdaLN} and has its state-dict keys.
 *
 * <p>This is the raw network: the {@link TimeConvention} of its weights decides what t and the output mean. Wrap it in
 * a {@link FlowModel} for the paper's meaning. The official code uses SiLU although the paper says GELU; so does this.
 */
public final class VelocityNetwork extends Module {

    static final double NORM_EPSILON = 1e-6;

    /**
     * The network's sizes.
     *
     * @param targetChannels    D, channels of x and of the velocity
     * @param conditionChannels Z, channels of the condition; 0 for none
     * @param depth             number of residual blocks
     * @param width             hidden channels
     * @param outputChannels    channels of the output: D for a velocity
     */
    public record Config(long targetChannels, long conditionChannels, int depth, long width, long outputChannels) {

        /** The toy's network: 2 channels, 4 blocks of 512. */
        public static final Config TOY = new Config(2, 0, 4, 512);
        /** The prior of the ImageNet experiments: 32 channels, 6 blocks of 1024. */
        public static final Config PRIOR = new Config(32, 0, 6, 1024);

        /** Throws {@link IllegalArgumentException} for sizes that do not make a network. */
        public Config {
            if (targetChannels < 1 || conditionChannels < 0 || depth < 0 || width < 1 || outputChannels < 1) {
                throw new IllegalArgumentException("a velocity network needs targetChannels >= 1, conditionChannels >= "
                        + "0, depth >= 0, width >= 1 and outputChannels >= 1, not " + targetChannels + ", "
                        + conditionChannels + ", " + depth + ", " + width + ", " + outputChannels);
            }
        }

        /** The sizes of a network for velocities, with as many channels out as in. */
        public Config(long targetChannels, long conditionChannels, int depth, long width) {
            this(targetChannels, conditionChannels, depth, width, targetChannels);
        }

        /** Returns the number of values in the network's parameters. */
        public long parameterCount() {
            long time = 2L * TimeEmbedding.FREQUENCIES * width + width + width * width + width;
            long condition = conditionChannels == 0 ? 0 : (conditionChannels + 1) * width;
            long block = 5 * width * width + 7 * width;
            long last = (width + 1) * outputChannels + 2 * width * width + 2 * width;
            return time + condition + (targetChannels + 1) * width + depth * block + last;
        }

        /**
         * Returns the sizes of the network for velocities that has this state dict.
         *
         * @throws IllegalArgumentException naming the key that is missing or has another number of dimensions
         */
        public static Config of(Map<String, Tensor> state) {
            long[] input = shape(state, "input_proj.weight");
            long condition = state.containsKey("cond_embed.weight") ? shape(state, "cond_embed.weight")[1] : 0;
            int depth = 0;
            while (state.containsKey("res_blocks." + depth + ".in_ln.weight")) {
                depth++;
            }
            return new Config(input[1], condition, depth, input[0]);
        }

        private static long[] shape(Map<String, Tensor> state, String key) {
            Tensor weight = state.get(key);
            if (weight == null) {
                throw new IllegalArgumentException(
                        "no tensor '" + key + "', so these are not the weights of a velocity network");
            }
            long[] shape = weight.shape();
            if (shape.length != 2) {
                throw new IllegalArgumentException("tensor '" + key + "' has shape " + Arrays.toString(shape)
                        + ", the weight of a linear layer has two dimensions");
            }
            return shape;
        }
    }

    final TimeEmbedding timeEmbedding;
    final Linear conditionEmbedding;
    final Linear inputProjection;
    private final Config config;
    private final List<ResidualBlock> blocks = new ArrayList<>();
    private final FinalLayer finalLayer;
    private boolean gradCheckpointing;

    /** A network with the official initial weights from the default generator. */
    public VelocityNetwork(Config config) {
        this(config, null);
    }

    /**
     * A network with the official initial weights, float32 on the CPU: Xavier-uniform linear layers with biases 0, the
     * time embedding normal with standard deviation 0.02, and modulations and output 0, so that it gives exactly 0.
     *
     * @param generator draws the weights: the same seed gives the official code's numbers; null for the default one
     */
    public VelocityNetwork(Config config, Generator generator) {
        this.config = config;
        long width = config.width();
        timeEmbedding = register("time_embed", new TimeEmbedding(width, generator));
        conditionEmbedding = config.conditionChannels() == 0 ? null
                : register("cond_embed", new Linear(config.conditionChannels(), width, true, generator));
        inputProjection = register("input_proj", new Linear(config.targetChannels(), width, true, generator));
        for (int i = 0; i < config.depth(); i++) {
            blocks.add(new ResidualBlock(width, generator));
        }
        register("res_blocks", new ModuleList<>(blocks));
        finalLayer = register("final_layer", new FinalLayer(width, config.outputChannels(), generator));
        namedModules().values().forEach(module -> {
            if (module instanceof Linear linear) {
                Init.xavierUniform_(linear.weight(), 1, generator);
                Init.zeros_(linear.bias());
            }
        });
        timeEmbedding.initialize(generator);
        blocks.forEach(block -> block.modulation.initialize());
        finalLayer.initialize();
    }

    /** Returns the sizes. */
    public Config config() {
        return config;
    }

    /**
     * Turns checkpointing on or off. With it, a training step keeps only each block's input and computes the rest again
     * during backward: less memory, more time, the same numbers. Returns this.
     */
    public VelocityNetwork gradCheckpointing(boolean enabled) {
        gradCheckpointing = enabled;
        return this;
    }

    /**
     * Returns the velocity in the convention of the weights.
     *
     * @param x         [N, D], of the weights' dtype
     * @param t         [N], used as it is, without the usual factor 1000
     * @param condition [N, Z], or null to run the network without one
     * @return [N, outputChannels]
     * @throws IllegalArgumentException for other shapes, and for a condition if the network has no layer for it
     */
    public Tensor forward(Tensor x, Tensor t, Tensor condition) {
        checkShapes(x, t, condition);
        return Scope.returning(() -> {
            Tensor embedded = condition == null ? timeEmbedding.forward(t)
                    : conditionEmbedding.forward(condition).into(c -> timeEmbedding.forward(t).into(e -> e.add(c)));
            Tensor activated = embedded.into(Functional::silu);
            Tensor h = inputProjection.forward(x);
            for (ResidualBlock block : blocks) {
                h = h.into(input -> run(block, input, activated));
            }
            return h.into(last -> finalLayer.forward(last, finalLayer.modulation.forward(activated)));
        });
    }

    private Tensor run(ResidualBlock block, Tensor h, Tensor activated) {
        Function<List<Tensor>, Tensor> modulated = in -> Scope
                .returning(() -> block.forward(in.getFirst(), block.modulation.forward(in.getLast())));
        List<Tensor> inputs = List.of(h, activated);
        return gradCheckpointing ? Checkpoint.run(modulated, inputs) : modulated.apply(inputs);
    }

    // ---- the steps of forward, for VelocitySteps --------------------------------------------------------------------

    /**
     * Returns the modulations of the blocks and, last, of the final layer.
     *
     * @param activated SiLU of the sum of the embeddings, […, width]
     */
    List<Modulation> modulations(Tensor activated) {
        return Stream.concat(blocks.stream().map(block -> block.modulation), Stream.of(finalLayer.modulation))
                .map(layer -> layer.forward(activated)).toList();
    }

    /**
     * Returns the output, with all modulations computed before for several times.
     *
     * @param projected   the first hidden state, [N, width]
     * @param modulations as {@link #modulations} gives them for [times, N, width]
     * @param time        which of the times
     * @return [N, outputChannels]
     */
    Tensor forward(Tensor projected, List<Modulation> modulations, long time) {
        return Scope.returning(() -> {
            Tensor h = projected.share();
            for (int i = 0; i < blocks.size(); i++) {
                ResidualBlock block = blocks.get(i);
                Modulation m = modulations.get(i).at(time);
                h = h.into(input -> block.forward(input, m));
            }
            return finalLayer.forward(h, modulations.getLast().at(time));
        });
    }

    /**
     * Returns a network with the linear layers' weights cast and the others shared with this one: the cast that
     * autocast would repeat at every forward.
     */
    VelocityNetwork castLinear(DType dtype) {
        VelocityNetwork copy = Init.skipped(() -> new VelocityNetwork(config));
        Map<String, Tensor> own = stateDict();
        copy.stateDict().forEach((key, tensor) -> tensor.setData(own.get(key)));
        copy.namedModules().values().stream().filter(Linear.class::isInstance).forEach(linear -> linear.to(dtype));
        return copy;
    }

    private void checkShapes(Tensor x, Tensor t, Tensor condition) {
        long[] xs = x.shape();
        if (xs.length != 2 || xs[1] != config.targetChannels()) {
            throw new IllegalArgumentException("velocity network: x must be [N, " + config.targetChannels() + "], not "
                    + Arrays.toString(xs));
        }
        long[] ts = t.shape();
        if (ts.length != 1 || ts[0] != xs[0]) {
            throw new IllegalArgumentException("velocity network: t must be [" + xs[0]
                    + "], one time for each row of x, not " + Arrays.toString(ts));
        }
        if (condition == null) {
            return;
        }
        long[] cs = condition.shape();
        if (config.conditionChannels() == 0) {
            throw new IllegalArgumentException("velocity network: a condition " + Arrays.toString(cs)
                    + " was given, but the network was made without condition channels");
        }
        if (cs.length != 2 || cs[0] != xs[0] || cs[1] != config.conditionChannels()) {
            throw new IllegalArgumentException("velocity network: the condition must be [" + xs[0] + ", "
                    + config.conditionChannels() + "], not " + Arrays.toString(cs));
        }
    }
}
