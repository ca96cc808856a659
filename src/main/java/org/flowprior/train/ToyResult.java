package org.flowprior.train;

/**
 * What the toy ended with. Points lie in normalised units, x and y in turn; likelihoods are the official code's, of the
 * raw variable: larger than those of the normalised one by 2 ln s.
 *
 * @param scale         s, what raw samples are divided by
 * @param latents       the optimised latents
 * @param data          samples of the target
 * @param likelihood    NLL around latents and data
 * @param landscape     L_align, squared norm, around the data (Figure 3b)
 * @param losses        L_align before each step, mean over channels
 * @param likelihoods   mean NLL of the latents before each step
 * @param within3Sigma  share of latents within 3 sigma of a mean
 * @param perComponent  how many latents are nearest to each mean
 * @param nllLatents    mean NLL of the final latents
 * @param nllData       mean NLL of fresh samples
 * @param flowLoss      the flow's loss on fresh samples, mean over channels
 * @param bestFlowLoss  the loss of the exact velocity field with the same draws
 * @param seconds       time of the training
 */
public record ToyResult(double scale, double[] latents, double[] data, Grid likelihood, Grid landscape,
                        double[] losses, double[] likelihoods, double within3Sigma, long[] perComponent,
                        double nllLatents, double nllData, double flowLoss, double bestFlowLoss, double seconds) {

    /**
     * Values on a grid.
     *
     * @param values {@code [y.length][x.length]}
     */
    public record Grid(double[] x, double[] y, double[][] values) {}

    private static final int LAST_STEPS = 100;

    /** L_align over the last 100 steps, mean over channels. */
    public double alignLoss() {
        int count = Math.min(LAST_STEPS, losses.length);
        double sum = 0;
        for (int i = losses.length - count; i < losses.length; i++) {
            sum += losses[i];
        }
        return sum / count;
    }
}
