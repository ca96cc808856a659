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
 * Distances of latent tokens to the target features that a prior was trained on: the mean of log r<sub>k</sub>, which
 * the paper uses in place of their NLL (Sec. 5.2, Fig. 4). Neighbours are searched among all rows of a bank, scaled and
 * projected as in the prior. The tokens are drawn from those of the validation images without replacement; the seed
 * gives the same places at each evaluation, and the same draws of a Gaussian bank's rows.
 */
final class LatentDistances {

    /** The metric. */
    static final String MEAN_LOG_DISTANCE = "meanLogDistance";
    /** The number of distances that were clamped to that of {@link NearestNeighbours#SMALLEST_SQUARE}. */
    static final String CLAMPED = "clampedDistances";
    /** The number of the neighbour. */
    static final String K = "k";
    /** The number of tokens whose neighbours were searched. */
    static final String POINTS = "points";

    private final AutoencoderTrainingConfig config;
    private final FlowPrior prior;
    private final TokenSample sample;

    /** Prepares distances of the tokens of a number of images to the features of a prior. */
    LatentDistances(AutoencoderTrainingConfig config, FlowPrior prior, long images) {
        this.config = config;
        this.prior = prior;
        this.sample = new TokenSample(images * config.model().latentTokens(), config.evaluation().points(),
                Seeds.derive(config.seed(), "evaluation.points"));
    }

    /**
     * Checks before a run begins that the bank has features that fit the prior.
     *
     * @throws RequestException         if there is no prior, or the bank does not fit
     * @throws IllegalArgumentException if the directory is not a bank
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

    /** Copies the chosen tokens of the next images' latents, [B, tokens, channels], to the enclosing scope. */
    void add(Tensor latents) {
        sample.add(latents);
    }

    /**
     * Returns the metrics of all tokens that were added. The distance is NaN if one of them is not finite.
     *
     * @throws IllegalArgumentException if the directory is not a bank, or has features of another width
     */
    Map<String, Double> measured() {
        Tensor points = sample.tokens();
        Map<String, Double> measured = new LinkedHashMap<>();
        if (points.isfinite().all().item() == 0) {
            measured.put(MEAN_LOG_DISTANCE, Double.NaN);
        } else {
            try (FeatureBank bank = FeatureBank.open(Path.of(config.evaluation().bank()))) {
                NearestNeighbours.Result found = NearestNeighbours.of(points, prior, bank, config.evaluation().k(),
                        Seeds.derive(config.seed(), "evaluation.targets"));
                measured.put(MEAN_LOG_DISTANCE, found.meanLogRadius());
                measured.put(CLAMPED, (double) found.clamped());
            }
        }
        measured.put(K, (double) config.evaluation().k());
        measured.put(POINTS, (double) points.size(0));
        return measured;
    }
}
