package org.flowprior.cli.evaluate;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.flowprior.autoencoder.Lpips;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.data.Pixels;
import org.flowprior.eval.ImageQuality;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** Images beside their reconstructions, both as files hold them. */
final class EvaluatePairs implements AutoCloseable {

    private final Lpips lpips;
    private final Device device;
    private final EvaluatePlan plan;
    private double distance;
    private double psnr;
    private double ssim;
    private long images;

    private EvaluatePairs(EvaluatePlan plan, Lpips lpips, Device device) {
        this.plan = plan;
        this.lpips = lpips;
        this.device = device;
    }

    /**
     * No pairs yet.
     *
     * @param weights of LPIPS, or null
     * @param heads   its channel weights, where the weights are of VGG16 alone, or null
     */
    static EvaluatePairs open(EvaluatePlan plan, Path weights, Path heads, Device device) throws NoSuchFileException {
        if (!plan.wants(EvaluateMetric.LPIPS)) {
            return new EvaluatePairs(plan, null, device);
        }
        FileArguments.requireFiles(weights, heads);
        Lpips lpips = heads == null ? Lpips.read(weights) : Lpips.of(weights, heads);
        lpips.to(device);
        lpips.eval();
        return new EvaluatePairs(plan, lpips, device);
    }

    /** Takes images and what became of them, uint8 [B, 3, H, W]. */
    void add(Tensor originals, Tensor reconstructions) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            Tensor from = Pixels.values(originals.to(device, originals.dtype()));
            Tensor made = Pixels.values(reconstructions.to(device, reconstructions.dtype()));
            if (plan.wants(EvaluateMetric.PSNR)) {
                psnr += ImageQuality.psnr(from, made, ImageQuality.Convention.STANDARD).sum().item();
            }
            if (plan.wants(EvaluateMetric.SSIM)) {
                ssim += ImageQuality.ssim(from, made, ImageQuality.Convention.STANDARD).sum().item();
            }
            if (lpips != null) {
                distance += lpips.forward(from, made).sum().item();
            }
            images += originals.size(0);
        }
    }

    void report(EvaluateReport report) {
        if (plan.wants(EvaluateMetric.PSNR)) {
            report.metric("psnr", "PSNR", psnr / images);
        }
        if (plan.wants(EvaluateMetric.SSIM)) {
            report.metric("ssim", "SSIM", ssim / images);
            report.note("SSIM assumes the range of 1 that the values have; the published evaluation assumes 2, which "
                    + "makes it larger");
        }
        if (lpips != null) {
            report.metric("lpips", "LPIPS", distance / images);
        }
    }

    @Override
    public void close() {
        if (lpips != null) {
            lpips.close();
        }
    }
}
