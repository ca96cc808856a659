package org.flowprior.train.autoencoder;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.config.RequestException;
import org.flowprior.eval.NearestNeighbours;
import org.flowprior.eval.TokenSample;
import org.flowprior.flow.FlowPrior;
import org.flowprior.target.FeatureBank;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;

/**
 * How near latent tokens lie to the target features that a prior was trained on: the mean of log r<sub>k</sub>, the
 * paper's stand-in for their NLL (Sec. 5.2, Fig. 4). Neighbours are looked for among all rows of a bank, in the prior's
 * space: scaled, then projected, as the prior says. The tokens are drawn from those of the validation images without
 * replacement, by the seed: the same places at each evaluation; and so are the rows of a Gaussian bank.
 */
final class LatentDistances {

    /** The metric. */
    static final String MEAN_LOG_DISTANCE = "meanLogDistance";
    /** How many tokens met a target, whose logarithm is that of {@link NearestNeighbours#SMALLEST_SQUARE}. */
    static final String CLAMPED = "clampedDistances";
    /** Which neighbour. */
    static final String K = "k";
    /** Tokens whose neighbours were looked for. */
    static final String POINTS = "points";

    private final AutoencoderTrainingConfig config;
    private final FlowPrior prior;
    private final TokenSample sample;

    /** Distances to the features of that prior, of tokens of so many images. */
    LatentDistances(AutoencoderTrainingConfig config, FlowPrior prior, long images) {
        this.config = config;
        this.prior = prior;
        this.sample = new TokenSample(images * config.model().latentTokens(), config.evaluation().points(),
                Seeds.derive(config.seed(), "evaluation.points"));
    }

    /**
     * Looks whether the bank is one of features that the prior takes, before a run is begun.
     *
     * @throws RequestException         when there is no prior, or the bank does not fit
     * @throws IllegalArgumentException when the directory is no bank
     */
    static void requireFitting(AutoencoderTrainingConfig config) {
        if (config.evaluation().bank().isEmpty()) {
            return;
        }
        if (config.loss().alignment().prior().isEmpty()) {
            throw new RequestException("evaluation.bank needs a flow prior (loss.alignment.prior), in whose space "
                    + "latents and features are compared");
        }
        try (FlowPrior prior = AutoencoderLossNetworks.readPrior(config.loss(), config.model().latentChannels());
                FeatureBank bank = FeatureBank.open(Path.of(config.evaluation().bank()))) {
            int inputs = prior.projection().inputs();
            if (bank.dimension() != inputs) {
                throw new RequestException(bank.directory() + " has features of " + bank.dimension()
                        + " channels, the prior takes " + inputs + "; evaluation.bank must be of the features that "
                        + config.loss().alignment().prior() + " was trained on");
            }
            if (bank.rows() < config.evaluation().k()) {
                throw new RequestException(bank.directory() + " has " + bank.rows() + " rows, fewer than "
                        + "evaluation.k = " + config.evaluation().k() + "; lower it");
            }
        }
    }

    /** Takes the chosen ones of the next images' tokens, [B, tokens, channels], into the scope around the innermost. */
    void add(Tensor latents) {
        sample.add(latents);
    }

    /**
     * The metrics of all tokens that were added; the distance is NaN where one of them is no finite number.
     *
     * @throws IllegalArgumentException when the directory is no bank, or has features of another width
     */
    Map<String, Double> measured() {
        Tensor points = sample.tokens();
        Map<String, Double> measured = new LinkedHashMap<>();
        if (points.isfinite().all().item() == 0) {
            measured.put(MEAN_LOG_DISTANCE, Double.NaN);
        } else {
            NearestNeighbours.Result found = search(points);
            measured.put(MEAN_LOG_DISTANCE, found.meanLogRadius());
            measured.put(CLAMPED, (double) found.clamped());
        }
        measured.put(K, (double) config.evaluation().k());
        measured.put(POINTS, (double) points.size(0));
        return measured;
    }

    private NearestNeighbours.Result search(Tensor points) {
        try (FeatureBank bank = FeatureBank.open(Path.of(config.evaluation().bank()))) {
            return NearestNeighbours.of(points, prior, bank, config.evaluation().k(),
                    Seeds.derive(config.seed(), "evaluation.targets"));
        }
    }
}
