package org.flowprior.eval;

import java.util.List;
import java.util.Set;
import org.flowprior.autoencoder.Lpips;
import org.flowprior.data.Pixels;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** Sums over images and their reconstructions, both as files hold them. */
final class PairSums {

    private final Set<Metric> metrics;
    private final Lpips lpips;
    private final Device device;
    private double distance;
    private double psnr;
    private double ssim;
    private long images;

    /**
     * Sums over no pairs yet.
     *
     * @param metrics what is measured; those that do not compare pairs are ignored
     * @param lpips   stays its owner's; null unless {@link Metric#LPIPS} is measured
     */
    PairSums(Set<Metric> metrics, Lpips lpips, Device device) {
        this.metrics = metrics;
        this.lpips = lpips;
        this.device = device;
    }

    /** Adds images and their reconstructions, uint8 [B, 3, H, W]. */
    void add(Tensor originals, Tensor reconstructions) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            Tensor from = Pixels.values(originals.to(device, originals.dtype()));
            Tensor made = Pixels.values(reconstructions.to(device, reconstructions.dtype()));
            if (metrics.contains(Metric.PSNR)) {
                psnr += ImageQuality.psnr(from, made, ImageQuality.Convention.STANDARD).sum().item();
            }
            if (metrics.contains(Metric.SSIM)) {
                ssim += ImageQuality.ssim(from, made, ImageQuality.Convention.STANDARD).sum().item();
            }
            if (metrics.contains(Metric.LPIPS)) {
                distance += lpips.forward(from, made).sum().item();
            }
            images += originals.size(0);
        }
    }

    /** Appends the means over all pairs, and a note about SSIM. */
    void measure(List<EvaluationResult.Measure> measures, List<String> notes) {
        if (metrics.contains(Metric.PSNR)) {
            measures.add(new EvaluationResult.Measure("psnr", "PSNR", psnr / images));
        }
        if (metrics.contains(Metric.SSIM)) {
            measures.add(new EvaluationResult.Measure("ssim", "SSIM", ssim / images));
            notes.add("SSIM assumes the range of 1 that the values have; the published evaluation assumes 2, which "
                    + "makes it larger");
        }
        if (metrics.contains(Metric.LPIPS)) {
            measures.add(new EvaluationResult.Measure("lpips", "LPIPS", distance / images));
        }
    }
}
