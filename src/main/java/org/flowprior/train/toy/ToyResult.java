package org.flowprior.train.toy;

import java.util.Optional;
import org.flowprior.target.ToyTarget;

/**
 * What the toy ended with. Points lie in normalised units, x and y in turn. The NLL of curves and maps is the one that
 * the config names; of the raw variable it is larger than of the normalised one by 2 ln s.
 *
 * @param target        what the flow was trained on
 * @param nllSpace      the units of the NLL, in words
 * @param scale         s, what raw samples are divided by
 * @param aligned       the latents, and how they came there
 * @param data          samples of the target
 * @param likelihood    NLL around latents and data
 * @param landscape     L_align, squared norm, around the data (Figure 3b)
 * @param square        NLL on a square around the data (Figure 6)
 * @param within3Sigma  share of latents within 3 deviations of the noise of the nearest mean, circle or curve
 * @param perMode       how many latents are nearest to each mode
 * @param nllLatents    mean NLL of the final latents
 * @param nllData       mean NLL of fresh samples
 * @param flowLoss      the flow's loss on fresh samples, mean over channels
 * @param bestFlowLoss  the loss of the exact velocity field with the same draws
 * @param seconds       time of the training
 * @param report        the theory measured, where it was asked for
 */
public record ToyResult(ToyTarget target, String nllSpace, double scale, AlignedLatents aligned, double[] data,
        Grid likelihood, Grid landscape, Grid square, double within3Sigma, long[] perMode,
        double nllLatents, double nllData, double flowLoss, double bestFlowLoss, double seconds,
        Optional<ToyReport> report) {

    /**
     * Values on a grid.
     *
     * @param values {@code [y.length][x.length]}
     */
    public record Grid(double[] x, double[] y, double[][] values) {}

    ToyResult with(ToyReport measured, double secondsByThen) {
        return new ToyResult(target, nllSpace, scale, aligned, data, likelihood, landscape, square, within3Sigma,
                perMode,
                nllLatents, nllData, flowLoss, bestFlowLoss, secondsByThen, Optional.of(measured));
    }
}
