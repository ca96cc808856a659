package org.flowprior.train.toy;

import java.util.Optional;
import org.flowprior.target.ToyTarget;

/**
 * The result of the toy. Points are in normalised units, x and y alternating. The config chooses the NLL of curves and
 * maps; that of the raw variable is larger than that of the normalised one by 2 ln s.
 *
 * @param target       the distribution that the flow was trained on
 * @param nllSpace     the units of the NLL, in words
 * @param scale        s, by which raw samples are divided
 * @param aligned      the latents and the history of their optimisation
 * @param data         samples of the target
 * @param likelihood   NLL around latents and data
 * @param landscape    L_align, squared norm, around the data (Figure 3b)
 * @param square       NLL on a square around the data (Figure 6)
 * @param within3Sigma share of latents within 3 standard deviations of the noise from the nearest mean, circle or curve
 * @param perMode      number of latents nearest to each mode
 * @param nllLatents   mean NLL of the final latents
 * @param nllData      mean NLL of fresh samples
 * @param flowLoss     the flow's loss on fresh samples, a mean over channels
 * @param bestFlowLoss the loss of the exact velocity field with the same draws
 * @param seconds      time of the training
 * @param report       the theory, measured; empty if not requested
 */
public record ToyResult(ToyTarget target, String nllSpace, double scale, AlignedLatents aligned, double[] data,
        Grid likelihood, Grid landscape, Grid square, double within3Sigma, long[] perMode,
        double nllLatents, double nllData, double flowLoss, double bestFlowLoss, double seconds,
        Optional<ToyReport> report) {

    /**
     * Values on a grid.
     *
     * @param x      coordinates of the columns
     * @param y      coordinates of the rows
     * @param values {@code [y.length][x.length]}
     */
    public record Grid(double[] x, double[] y, double[][] values) {}

    ToyResult with(ToyReport measured, double secondsByThen) {
        return new ToyResult(target, nllSpace, scale, aligned, data, likelihood, landscape, square, within3Sigma,
                perMode, nllLatents, nllData, flowLoss, bestFlowLoss, secondsByThen, Optional.of(measured));
    }
}
