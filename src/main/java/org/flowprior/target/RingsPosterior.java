package org.flowprior.target;

import java.util.List;
import java.util.stream.IntStream;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * The distribution of ring and angle of the data, given x at time t, and the optimal flow of {@link Rings} as a mean
 * over it. Dimensions: rows, rings, nodes.
 *
 * <p>By symmetry the flow points along x: v = f(r) x / r, and its trace is f' + f / r. f is a mean over the angle
 * between x and the data's direction, whose weight is exp(-A sin² + B cos) for each ring: with rest = 1 - t and
 * S = rest² + t² sigma², A = r² (1/rest² - 1/S) / 2 and B = r t R / S. The two directions of one line are taken
 * together, which leaves a quarter turn. The map tan(angle) = width tan(node) moves the nodes to the peak, which
 * narrows to nothing as t goes to 1, and keeps the rule periodic: 32 nodes give twelve digits.
 */
final class RingsPosterior {

    static final int NODES = 32;
    /** Replaces 1 - t near t = 1, where the field has a limit and its formula has none. */
    private static final double LEAST_REST = 1e-9;

    private final Tensor x;
    private final Tensor radius;
    private final Tensor time;
    private final Tensor rest;
    private final Tensor spread;
    private final Tensor slope;
    private final Tensor ring;
    private final Tensor sine2;
    private final Tensor cosine;
    /** The factor of odd functions of the cosine, from its two signs. */
    private final Tensor balance;
    private final Tensor share;

    RingsPosterior(Rings rings, Tensor x, Tensor t) {
        this.x = x;
        this.radius = column(Rings.radius(x));
        this.time = column(t.to(x.dtype()));
        this.rest = time.neg().add(1).clampMin(LEAST_REST);
        double variance = rings.sigma() * rings.sigma();
        this.spread = rest.square().add(time.square().mul(variance));
        this.slope = time.mul(variance).sub(rest).div(spread);
        this.ring = rings.radiiLike(x).unsqueeze(1);
        Tensor a = sharpness().mul(radius).mul(0.5);
        Tensor b = radius.mul(time).mul(ring).div(spread);
        Tensor width = a.detach().mul(2).add(b.detach()).add(1).rsqrt().mul(3).clamp(null, 1);
        double[] nodes = IntStream.range(0, NODES).mapToDouble(i -> (i + 0.5) * Math.PI / 2 / NODES).toArray();
        Tensor node = Tensor.of(nodes).to(x.dtype(), x.device());
        Tensor narrow = node.sin().mul(width).square();
        Tensor whole = node.cos().square().add(narrow);
        this.sine2 = narrow.div(whole);
        this.cosine = node.cos().div(whole.sqrt());
        Tensor inner = b.mul(cosine);
        this.balance = inner.tanh();
        Tensor logits = b.mul(cosine.sub(1)).sub(a.mul(sine2)).add(inner.mul(-2).exp().log1p())
                .add(width.div(whole).log()).sub(radius.sub(time.mul(ring)).square().div(spread.mul(2)));
        this.share = ClampedSoftmax.softmax(logits.flatten(1)).view(logits.shape());
    }

    private static Tensor column(Tensor numbers) {
        return numbers.unsqueeze(1).unsqueeze(2);
    }

    /** Returns r (1/rest² - 1/S), the derivative of A with respect to r. */
    private Tensor sharpness() {
        return rest.square().reciprocal().sub(spread.reciprocal()).mul(radius);
    }

    private Tensor mean(Tensor values) {
        return share.mul(values).sum(new long[] {1, 2}, true);
    }

    /** Returns the part of f / r that is even in the cosine. */
    private Tensor even() {
        return slope.mul(cosine.square()).sub(sine2.div(rest));
    }

    /** Returns the part of f that is odd in the cosine. */
    private Tensor odd() {
        return rest.div(spread).mul(ring).mul(cosine);
    }

    /** Returns f / r, [N, 1]. */
    private Tensor quotient() {
        return mean(even().add(odd().mul(balance).div(radius))).squeeze(2);
    }

    Tensor velocity() {
        return quotient().mul(x);
    }

    Tensor velocityAndTrace() {
        Tensor quotient = quotient();
        Tensor odd = odd();
        Tensor even = even().mul(radius);
        // The derivatives of the logits with respect to r: odd and even in the cosine.
        Tensor oddPull = time.mul(ring).mul(cosine).div(spread);
        Tensor evenPull = sharpness().mul(sine2).neg();
        Tensor centred = evenPull.sub(mean(oddPull.mul(balance).add(evenPull)));
        Tensor covariance = odd.mul(oddPull).add(even.mul(centred))
                .add(odd.mul(centred).add(even.mul(oddPull)).mul(balance));
        Tensor slopeOfF = mean(even().add(covariance)).squeeze(2);
        return Torch.cat(List.of(quotient.mul(x), slopeOfF.add(quotient)), 1);
    }
}
