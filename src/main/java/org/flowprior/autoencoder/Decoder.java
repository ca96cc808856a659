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
 * Latent tokens to images: one learned token takes the place of every patch of a {@link VisionTransformer}, the latents
 * follow the patches, and a layer makes pixels of the transformed patches, see {@link ToPixelKind}. Official keys:
 * {@code mask_token}, {@code latent_pos_embed}, {@code model} and {@code to_pixel}.
 *
 * <p>The transformer has a patch embedding, as in the official files, which never runs: its parameters get no gradient.
 * With fresh weights, the layer scale of 1e-5 makes every block nearly the identity.
 */
public final class Decoder extends Module {

    private final VisionTransformerConfig config;
    private final Tensor maskToken;
    private final Tensor latentPosEmbed;
    private final VisionTransformer model;
    private final ToPixel toPixel;

    /**
     * Draws mask token and positions of the latents from a normal distribution with deviation 0.02.
     *
     * @param generator draws the weights; null for the default generator
     */
    Decoder(VisionTransformerConfig config, int tokens, ToPixelKind kind, Generator generator) {
        this.config = config;
        maskToken = registerParameter("mask_token", Torch.empty(1, 1, config.width()));
        latentPosEmbed = registerParameter("latent_pos_embed", Torch.empty(1, tokens, config.width()));
        model = register("model", new VisionTransformer(config, generator));
        toPixel = register("to_pixel", kind.create(config, generator));
        Init.normal_(maskToken, 0, 0.02, generator);
        Init.truncNormal_(latentPosEmbed, 0, 0.02, -2, 2, generator);
    }

    static long parameterCount(VisionTransformerConfig config, int tokens, ToPixelKind kind) {
        return (tokens + 1L) * config.width() + config.parameterCount() + kind.parameterCount(config);
    }

    /**
     * Decodes latents that have the transformer's width.
     *
     * @param latents [B, tokens, width]
     * @return [B, 3, imageSize, imageSize], not clamped; or [B, patches, width] with {@link ToPixelKind#IDENTITY}
     * @throws IllegalArgumentException for another shape
     */
    public Tensor forward(Tensor latents) {
        return Scope.returning(() -> tokens(latents).into(model::blocks).into(model::patchTokens)
                .into(model::normalize).into(toPixel::forward));
    }

    private Tensor tokens(Tensor latents) {
        return Scope.returning(() -> Torch.cat(List.of(
                model.position(maskToken.expand(latents.size(0), config.patches(), -1)),
                latents.add(latentPosEmbed)), 1));
    }

    /** The transformer. */
    public VisionTransformer model() {
        return model;
    }

    /**
     * Returns the weight of the last layer: the adaptive weight of the adversarial loss compares gradients at it.
     *
     * @throws UnsupportedOperationException with {@link ToPixelKind#IDENTITY}, which has no layer
     */
    public Tensor lastLayerWeight() {
        return toPixel.lastLayerWeight();
    }
}
