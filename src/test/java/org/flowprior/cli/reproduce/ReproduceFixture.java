package org.flowprior.cli.reproduce;

import static org.flowprior.cli.reproduce.Recipe.settings;
import static org.flowprior.cli.reproduce.Recipe.with;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowprior.cli.reproduce.Variant.Kind;

/** A recipe with networks so small that a table takes seconds. */
final class ReproduceFixture {

    private static final int SIDE = 16;

    private ReproduceFixture() {}

    /** @param samples generated images of an autoencoder */
    static Recipe tiny(int samples) {
        List<String> autoencoder = new ArrayList<>(settings("training.steps", 3, "training.warmupSteps", 1,
                "training.batch", 4, "model.imageSize", SIDE, "model.latentTokens", 4, "model.latentChannels", 8,
                "evaluation.every", 1, "evaluation.images", 8, "evaluation.batch", 8, "evaluation.points", 16,
                "evaluation.shown", 2, "log.every", 1));
        for (String half : List.of("encoder", "decoder")) {
            autoencoder.addAll(settings("model." + half + ".width", 16, "model." + half + ".depth", 1,
                    "model." + half + ".heads", 2, "model." + half + ".hidden", 16));
        }
        return new Recipe("quick", new PaperInputs(), SIDE, "procedural:16?count=40",
                "procedural:16?count=40", "procedural:16?seed=1&count=40", samples, 2,
                List.of("--classifier-steps", "2"),
                settings("training.steps", 3, "training.warmupSteps", 1, "training.batch", 8, "network.width", 8,
                        "network.blocks", 1, "projection.dimension", 8, "evaluation.every", 3, "evaluation.rows", 16,
                        "evaluation.references", 20, "evaluation.sampleSteps", 2, "evaluation.projections", 2),
                Map.of(Kind.PLAIN, autoencoder,
                        Kind.KL, with(autoencoder, settings("model.bottleneck.kind", "kl")),
                        Kind.SOFT_VQ,
                        with(autoencoder, settings("model.bottleneck.kind", "softvq", "model.bottleneck.codes", 8)),
                        Kind.ALIGNED, autoencoder, Kind.CODEBOOK,
                        with(autoencoder, settings("model.bottleneck.kind", "vq", "model.bottleneck.codes", 64))),
                settings("training.steps", 3, "training.warmupSteps", 1, "training.batch", 8, "model.width", 8,
                        "model.encoderDepth", 1, "model.decoderDepth", 1, "model.heads", 2, "model.bufferSize", 2,
                        "model.head.depth", 1, "model.head.width", 8, "evaluation.images", 4, "evaluation.batch", 4),
                List.of("--steps", "3", "--batch", "20"), 60, 60, List.of());
    }
}
