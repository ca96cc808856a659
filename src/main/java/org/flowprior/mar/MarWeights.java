package org.flowprior.mar;

import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowprior.torch.Tensor;

/** Infers the config of a {@link Mar} from its weights. */
final class MarWeights {

    private static final long OFFICIAL_HEAD_CHANNELS = 64;
    private static final long HUGE_WIDTH = 1280;
    private static final int HUGE_HEADS = 16;

    private final Map<String, Tensor> state;

    MarWeights(Map<String, Tensor> state) {
        this.state = state;
    }

    MarConfig config() {
        long[] latent = shape("z_proj.weight", 2);
        long width = latent[0];
        long channels = latent[1];
        long tokens = shape("diffusion_pos_embed_learned", 3)[1];
        long buffer = shape("encoder_pos_embed_learned", 3)[1] - tokens;
        long hidden = shape("encoder_blocks.0.mlp.fc1.weight", 2)[0];
        boolean qkNorm = state.containsKey("encoder_blocks.0.attn.q_norm.weight");
        return new MarConfig(new LatentLayout.Sequence(tokens, channels), width, depth("encoder_blocks."),
                depth("decoder_blocks."), heads(width, qkNorm), ratio(hidden, width),
                shape("class_emb.weight", 2)[0], buffer, qkNorm, MarConfig.DROPOUT, MarConfig.DROPOUT,
                MarConfig.DROPOUT, MarConfig.MIN_MASK_RATIO, head(channels));
    }

    /** Returns the ratio whose product with the width is {@code hidden} after truncation, which the quotient may miss. */
    private static double ratio(long hidden, long width) {
        double ratio = (double) hidden / width;
        return (long) (width * ratio) == hidden ? ratio : Math.nextUp(ratio);
    }

    private int heads(long width, boolean qkNorm) {
        if (qkNorm) {
            return (int) (width / shape("encoder_blocks.0.attn.q_norm.weight", 1)[0]);
        }
        int heads = width == HUGE_WIDTH ? HUGE_HEADS : (int) Math.max(1, width / OFFICIAL_HEAD_CHANNELS);
        while (width % heads != 0) {
            heads--;
        }
        return heads;
    }

    private MarConfig.Head head(long channels) {
        String net = Mar.HEAD + ".net.";
        long width = shape(net + "input_proj.weight", 2)[0];
        long outputs = shape(net + "final_layer.linear.weight", 2)[0];
        int depth = depth(net + "res_blocks.");
        if (depth == 0) {
            throw new IllegalArgumentException("no tensor '" + net + "res_blocks.0.…': a head of depth 0, without "
                    + "residual blocks, is not supported");
        }
        if (outputs == channels) {
            return new MarConfig.Head.Flow(depth, width, MarConfig.MULTIPLICITY);
        }
        if (outputs == 2 * channels) {
            return new MarConfig.Head.Diffusion(depth, width, MarConfig.MULTIPLICITY);
        }
        throw new IllegalArgumentException("tensor '" + net + "final_layer.linear.weight' has " + outputs
                + " rows; a flow head has one and a diffusion head two for each of the " + channels
                + " channels of a token");
    }

    /** Returns the highest number after the prefix plus 1, so that a missing tensor of a block is reported by name. */
    private int depth(String blocks) {
        Pattern number = Pattern.compile(Pattern.quote(blocks) + "(\\d{1,6})\\..*");
        return state.keySet().stream().map(number::matcher).filter(Matcher::matches)
                .mapToInt(key -> Integer.parseInt(key.group(1)) + 1).max().orElse(0);
    }

    private long[] shape(String key, int dimensions) {
        Tensor weight = state.get(key);
        if (weight == null) {
            throw new IllegalArgumentException("no tensor '" + key + "', so these are not the weights of a masked "
                    + "autoregressive generator");
        }
        long[] shape = weight.shape();
        if (shape.length != dimensions || Arrays.stream(shape).anyMatch(size -> size < 1)) {
            throw new IllegalArgumentException("tensor '" + key + "' has shape " + Arrays.toString(shape)
                    + "; it must have " + dimensions + " dimensions of at least 1");
        }
        return shape;
    }
}
