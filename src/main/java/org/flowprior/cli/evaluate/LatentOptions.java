package org.flowprior.cli.evaluate;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.cli.common.OptionCheck;
import org.flowprior.config.RequestException;
import org.flowprior.eval.NearestNeighbours;
import org.flowprior.eval.TokenSample;
import org.flowprior.flow.FlowPrior;
import org.flowprior.target.FeatureBank;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Option;

/** The options of {@code evaluate} for the distance of latents to a prior's targets, and its measurement. */
final class LatentOptions {

    private static final int DEFAULT_POINTS = 10_000;

    @Option(names = "--latents", paramLabel = "PATH",
            description = "latents for the mean log distance to the k-th nearest target, the paper's "
                    + "alignment: a cache of encode, or rows in a .safetensors, .npy or .npz file")
    private Path latents;

    @Option(names = "--prior", paramLabel = "FILE",
            description = "the prior in whose space distances are measured; with --latents")
    private Path prior;

    @Option(names = "--bank", paramLabel = "DIR",
            description = "the feature bank on which the prior was trained; with --latents")
    private Path bank;

    @Option(names = "--points", paramLabel = "N",
            description = "latent tokens drawn from --latents (default: " + DEFAULT_POINTS + ", or all if there are "
                    + "fewer)")
    private Integer points;

    /** Refuses options that do not go together. */
    void check(OptionCheck options) {
        if (given() && (prior == null || bank == null)) {
            throw options.wrong("--latents needs --prior and --bank");
        }
        options.requireFor("--latents", given(), "--prior", "--bank", "--points");
        options.requirePositive("--points");
    }

    /** Refuses paths that do not exist. */
    void requireThere() throws NoSuchFileException {
        FileArguments.requireThere(latents, prior, bank);
    }

    /** Returns true if distances are measured. */
    boolean given() {
        return latents != null;
    }

    /** Measures the distances to the k-th nearest target. */
    void measure(EvaluationReport report, int k, long seed, Device device) {
        try (Scope scope = Scope.open(); FlowPrior network = FlowPrior.read(prior);
                FeatureBank features = FeatureBank.open(bank)) {
            requireFitting(network, features, k);
            network.to(device);
            Tensor tokens = tokens(network, Seeds.derive(seed, "evaluate.points")).to(device, DType.FLOAT32);
            report(report, tokens.size(0), NearestNeighbours.of(tokens, network, features, k,
                    Seeds.derive(seed, "evaluate.targets")));
        }
    }

    private void requireFitting(FlowPrior network, FeatureBank features, int k) {
        if (features.dimension() != network.projection().inputs()) {
            throw new RequestException(bank + " has features of " + features.dimension() + " channels, " + prior
                    + " takes " + network.projection().inputs()
                    + "; --bank must be the bank on which the prior was trained");
        }
        if (features.rows() < k) {
            throw new RequestException(bank + " has " + features.rows() + " rows, fewer than --k " + k);
        }
    }

    private Tensor tokens(FlowPrior network, long seed) {
        Tensor tokens = TokenSample.read(latents, points == null ? DEFAULT_POINTS : points, seed);
        if (tokens.size(1) != network.dimension()) {
            throw new RequestException(latents + " has latents of " + tokens.size(1) + " channels, " + prior + " has "
                    + network.dimension());
        }
        if (tokens.isfinite().all().item() == 0) {
            throw new RequestException(latents + " holds latents that are not finite");
        }
        return tokens;
    }

    private void report(EvaluationReport report, long tokens, NearestNeighbours.Result found) {
        report.row("latents", String.format(Locale.ROOT, "%s, %,d tokens", latents, tokens));
        report.row("targets", String.format(Locale.ROOT, "%,d features of %s through %s", found.targets(), bank,
                prior));
        report.fact("latents", latents);
        report.fact("prior", prior);
        report.fact("bank", bank);
        report.fact("points", tokens);
        report.fact("k", found.k());
        report.fact("targets", found.targets());
        report.metric("meanLogDistance", "mean log r_k, k = " + found.k(), found.meanLogRadius());
        report.number("clampedDistances", "latents that meet a target", found.clamped());
        if (found.clamped() > 0) {
            report.note(String.format(Locale.ROOT, "%,d latents lie on a target; their distance counts as 1e-10",
                    found.clamped()));
        }
    }
}
