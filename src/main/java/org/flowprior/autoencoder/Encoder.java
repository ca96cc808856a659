package org.flowprior.autoencoder;

import java.util.List;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Init;
import org.flowprior.torch.nn.Module;
import org.flowprior.vision.VisionTransformer;
import org.flowprior.vision.VisionTransformerConfig;

/**
 * Images to latent tokens: learned tokens follow the patches through a {@link VisionTransformer} and are its output
 * (paper, Sec. C.3; TiTok). Official keys: {@code latent_tokens}, {@code latent_pos_embed} and {@code model}.
 *
 * <p>As in the official code, images are not normalised for DINOv2, and patches have 16 pixels although the paper says
 * 14.
 */
public final class Encoder extends Module {

    private final Tensor latentTokens;
    private final Tensor latentPosEmbed;
    private final VisionTransformer model;

    /**
     * Draws tokens and their positions from a normal distribution with deviation 0.02.
     *
     * @param generator draws the weights; null for the default generator
     */
    Encoder(VisionTransformerConfig config, int tokens, Generator generator) {
        latentTokens = registerParameter("latent_tokens", Torch.empty(1, tokens, config.width()));
        latentPosEmbed = registerParameter("latent_pos_embed", Torch.empty(1, tokens, config.width()));
        model = register("model", new VisionTransformer(config, generator));
        Init.normal_(latentTokens, 0, 0.02, generator);
        Init.truncNormal_(latentPosEmbed, 0, 0.02, -2, 2, generator);
    }

    static long parameterCount(VisionTransformerConfig config, int tokens) {
        return 2L * tokens * config.width() + config.parameterCount();
    }

    /**
     * Returns the latent tokens after the last norm, of the transformer's width.
     *
     * @param images [B, 3, imageSize, imageSize] in [-1, 1]
     * @return [B, tokens, width]
     * @throws IllegalArgumentException for another shape
     */
    public Tensor forward(Tensor images) {
        return Scope.returning(() -> {
            Tensor last = tokens(images).into(model::blocks);
            long count = latentTokens.size(1);
            return model.normalize(last.narrow(1, last.size(1) - count, count));
        });
    }

    private Tensor tokens(Tensor images) {
        return Scope.returning(() -> Torch.cat(List.of(model.embed(images),
                latentTokens.add(latentPosEmbed).expand(images.size(0), -1, -1)), 1));
    }

    /** The transformer. */
    public VisionTransformer model() {
        return model;
    }

    /** The weight [width] of the last norm: the adaptive weight of the alignment loss compares gradients at it. */
    public Tensor lastNormWeight() {
        return model.stateDict().get("norm.weight");
    }
}
