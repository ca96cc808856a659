package org.flowprior.torch.nn;

import java.util.Locale;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** x · Φ(x), with the normal distribution function Φ or its approximation: {@code torch.nn.GELU}. */
public final class GELU extends TypedLayer<GELU> {

    /** The computation of Φ: exact, or by the hyperbolic tangent. */
    public enum Approximate { NONE, TANH }

    private final String approximate;

    /** The exact form. */
    public GELU() {
        this(Approximate.NONE);
    }

    /** The exact form or the approximation. */
    public GELU(Approximate approximate) {
        this.approximate = approximate.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.gelu(in, approximate));
    }

    @Override
    protected String extraRepr() {
        return "approximate='" + approximate + "'";
    }
}
