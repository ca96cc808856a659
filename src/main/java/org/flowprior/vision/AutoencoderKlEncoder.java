package org.flowprior.vision;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.FormatException;
import org.flowprior.torch.nn.Conv2d;
import org.flowprior.torch.nn.GroupNorm;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Layer;
import org.flowprior.torch.nn.Module;
import org.flowprior.torch.nn.ModuleList;

/**
 * The encoder of the latent diffusion models' {@code AutoencoderKL} with CompVis's state-dict keys, and its
 * {@code quant_conv} if the weights have one. Levels of residual blocks, some with attention; each level but the last
 * halves the image; at the end two residual blocks with attention between them. GroupNorm of 32 groups with epsilon
 * 1e-6, SiLU.
 */
public final class AutoencoderKlEncoder extends Module {

    private final Body body;
    private final Conv2d quantConv;

    private AutoencoderKlEncoder(AutoencoderKlWeights weights) {
        try (weights) {
            body = register("encoder", new Body(weights));
            quantConv = weights.has("quant_conv.weight") ? register("quant_conv", weights.conv("quant_conv", 1, 0))
                    : null;
            loadStateDict(weights.tensors());
            weights.keep();
        }
        requiresGrad_(false);
        eval();
    }

    /**
     * Reads the encoder in a weight file: safetensors, or a {@code .pt} or {@code .ckpt}, bare or under
     * {@code state_dict}, {@code model} or {@code ema}. Keys may have a prefix such as {@code first_stage_model.}. Other
     * weights in the file are ignored.
     *
     * @throws IllegalArgumentException     naming the file, for content that is not such an encoder
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    public static AutoencoderKlEncoder read(Path file) {
        try (Scope scope = Scope.open()) {
            try {
                AutoencoderKlWeights weights = AutoencoderKlWeights.read(file);
                return Init.skipped(() -> new AutoencoderKlEncoder(weights));
            } catch (IllegalArgumentException e) {
                throw e instanceof FormatException ? e : new IllegalArgumentException(file + ": " + e.getMessage(), e);
            }
        }
    }

    /**
     * Makes an encoder with copies of these weights.
     *
     * @param state the weights by key, which may have a prefix; other weights are ignored
     * @throws IllegalArgumentException if they are not an encoder's
     */
    public static AutoencoderKlEncoder of(Map<String, Tensor> state) {
        try (Scope scope = Scope.open()) {
            AutoencoderKlWeights weights = new AutoencoderKlWeights(state);
            return Init.skipped(() -> new AutoencoderKlEncoder(weights));
        }
    }

    /** Returns the image's height and width divided by those of the latents. */
    public int downsampling() {
        return 1 << body.levels.size() - 1;
    }

    /** Returns the number of channels of the output: twice those of the latents. */
    public int outputs() {
        return (int) (quantConv == null ? body.convOut : quantConv).weight().size(0);
    }

    /**
     * Returns the posterior's moments.
     *
     * @param images [B, 3, H, W] in [-1, 1], sides that are multiples of {@link #downsampling}
     * @return [B, 2c, h, w]: mean, then log variance, not clamped
     * @throws IllegalArgumentException for other sides
     */
    public Tensor moments(Tensor images) {
        if (images.dim() != 4 || images.size(2) % downsampling() != 0 || images.size(3) % downsampling() != 0) {
            throw new IllegalArgumentException("VAE encoder: images must be [B, 3, H, W] with H and W multiples of "
                    + downsampling() + ", not " + images.signature());
        }
        Tensor moments = body.forward(images);
        return quantConv == null ? moments : moments.into(quantConv::forward);
    }

    /** Returns the moments as tokens, [B, h·w, 2c], row by row, each mean‖log variance; of images [B, 3, H, W]. */
    public Tensor tokens(Tensor images) {
        return Scope.returning(() -> moments(images).flatten(2, -1).transpose(1, 2).contiguous());
    }

    private static Tensor convolved(GroupNorm norm, Conv2d conv, Tensor x) {
        return norm.forward(x).into(Functional::silu_).into(conv::forward);
    }

    /** {@code encoder}. */
    private static final class Body extends Layer {

        private final Conv2d convIn;
        private final List<Level> levels = new ArrayList<>();
        private final ResidualBlock first;
        private final Attention attention;
        private final ResidualBlock second;
        private final GroupNorm normOut;
        private final Conv2d convOut;

        Body(AutoencoderKlWeights weights) {
            convIn = register("conv_in", weights.conv("encoder.conv_in", 1, 1));
            for (int i = 0; i < weights.count("encoder.down."); i++) {
                levels.add(new Level(weights, "encoder.down." + i + "."));
            }
            register("down", new ModuleList<>(levels));
            Group middle = register("mid", new Group());
            first = middle.add("block_1", new ResidualBlock(weights, "encoder.mid.block_1."));
            attention = weights.has("encoder.mid.attn_1.q.weight")
                    ? middle.add("attn_1", new Attention(weights, "encoder.mid.attn_1.")) : null;
            second = middle.add("block_2", new ResidualBlock(weights, "encoder.mid.block_2."));
            normOut = register("norm_out", weights.norm("encoder.norm_out"));
            convOut = register("conv_out", weights.conv("encoder.conv_out", 1, 1));
        }

        @Override
        public Tensor forward(Tensor images) {
            Tensor x = convIn.forward(images);
            for (Level level : levels) {
                x = x.into(level::forward);
            }
            x = x.into(first::forward);
            if (attention != null) {
                x = x.into(attention::forward);
            }
            return x.into(second::forward).into(h -> convolved(normOut, convOut, h));
        }
    }

    /** A module that only contains others. */
    private static final class Group extends Module {

        <M extends Module> M add(String name, M child) {
            return register(name, child);
        }
    }

    /** {@code encoder.down.i}. */
    private static final class Level extends Layer {

        private final List<ResidualBlock> blocks = new ArrayList<>();
        private final List<Attention> attentions = new ArrayList<>();
        private final Conv2d downsample;

        Level(AutoencoderKlWeights weights, String prefix) {
            for (int j = 0; j < weights.count(prefix + "block."); j++) {
                blocks.add(new ResidualBlock(weights, prefix + "block." + j + "."));
            }
            for (int j = 0; j < weights.count(prefix + "attn."); j++) {
                attentions.add(new Attention(weights, prefix + "attn." + j + "."));
            }
            register("block", new ModuleList<>(blocks));
            register("attn", new ModuleList<>(attentions));
            String conv = prefix + "downsample.conv";
            downsample = weights.has(conv + ".weight")
                    ? register("downsample", new Group()).add("conv", weights.conv(conv, 2, 0)) : null;
        }

        @Override
        public Tensor forward(Tensor input) {
            Tensor x = input.share();
            for (int j = 0; j < blocks.size(); j++) {
                x = x.into(blocks.get(j)::forward);
                if (j < attentions.size()) {
                    x = x.into(attentions.get(j)::forward);
                }
            }
            // Zero-pads one row at the bottom and one column on the right.
            return downsample == null ? x
                    : x.into(h -> Functional.pad(h, new long[] {0, 1, 0, 1})).into(downsample::forward);
        }
    }

    /** Two normalised convolutions with a shortcut. */
    private static final class ResidualBlock extends Layer {

        private final GroupNorm norm1;
        private final Conv2d conv1;
        private final GroupNorm norm2;
        private final Conv2d conv2;
        private final Conv2d shortcut;

        ResidualBlock(AutoencoderKlWeights weights, String prefix) {
            norm1 = register("norm1", weights.norm(prefix + "norm1"));
            conv1 = register("conv1", weights.conv(prefix + "conv1", 1, 1));
            norm2 = register("norm2", weights.norm(prefix + "norm2"));
            conv2 = register("conv2", weights.conv(prefix + "conv2", 1, 1));
            shortcut = weights.has(prefix + "nin_shortcut.weight")
                    ? register("nin_shortcut", weights.conv(prefix + "nin_shortcut", 1, 0)) : null;
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor h = convolved(norm1, conv1, x).into(y -> convolved(norm2, conv2, y));
            return shortcut == null ? h.add_(x) : shortcut.forward(x).into(h::add_);
        }
    }

    /** One head of attention over all positions, with a shortcut. */
    private static final class Attention extends Layer {

        private final GroupNorm norm;
        private final Conv2d query;
        private final Conv2d key;
        private final Conv2d value;
        private final Conv2d out;

        Attention(AutoencoderKlWeights weights, String prefix) {
            norm = register("norm", weights.norm(prefix + "norm"));
            query = register("q", weights.conv(prefix + "q", 1, 0));
            key = register("k", weights.conv(prefix + "k", 1, 0));
            value = register("v", weights.conv(prefix + "v", 1, 0));
            out = register("proj_out", weights.conv(prefix + "proj_out", 1, 0));
        }

        @Override
        public Tensor forward(Tensor x) {
            return Scope.returning(() -> {
                Tensor normal = norm.forward(x);
                Tensor attended = Functional.scaledDotProductAttention(positions(query.forward(normal)),
                        positions(key.forward(normal)), positions(value.forward(normal)));
                return x.add(out.forward(attended.squeeze(1).transpose(1, 2).reshape(x.shape())));
            });
        }

        /** [B, C, h, w] to [B, 1, h·w, C]. */
        private static Tensor positions(Tensor x) {
            return x.flatten(2, -1).transpose(1, 2).unsqueeze(1);
        }
    }
}
