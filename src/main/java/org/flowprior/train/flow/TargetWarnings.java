package org.flowprior.train.flow;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.flowprior.console.Console;
import org.flowprior.target.BankStatistics;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.train.flow.FlowTrainingConfig.ProjectionKind;

/** Warns about a flow's targets. Training is possible nevertheless. */
final class TargetWarnings {

    private static final double TOO_FAR_FROM_ONE = 2;
    private static final int NAMED = 16;
    /** Projections of equal rows may differ in the last bits. */
    private static final double ROUNDING = 1e-6;

    private TargetWarnings() {}

    /** Warns about constant dimensions of the features and of targets, [n, D], and a deviation far from 1. */
    static void say(Console console, BankStatistics features, Tensor targets, ProjectionKind projection) {
        sayConstant(console, "the bank's features", features.constantDimensions());
        if (projection != ProjectionKind.NONE) {
            sayConstant(console, "the projected targets", constantDimensions(targets));
        }
        double deviation = deviation(targets);
        if (!(deviation > 1 / TOO_FAR_FROM_ONE && deviation < TOO_FAR_FROM_ONE)) {
            console.say(String.format(Locale.ROOT, "warning: the projected targets have standard deviation %.4g, the "
                    + "noise 1; --set projection.unitVariance=true brings them together", deviation));
        }
    }

    private static void sayConstant(Console console, String what, int[] dimensions) {
        if (dimensions.length > 0) {
            String names = Arrays.stream(dimensions).limit(NAMED).mapToObj(Integer::toString)
                    .collect(Collectors.joining(", "));
            console.say("warning: %d of the dimensions of %s are the same in every row: %s%s".formatted(
                    dimensions.length, what, names, dimensions.length > NAMED ? ", …" : ""));
        }
    }

    private static int[] constantDimensions(Tensor targets) {
        try (Scope scope = Scope.open()) {
            Tensor range = targets.amax(0).sub(targets.amin(0));
            boolean[] constant = range.le(targets.abs().amax(0).mul(ROUNDING)).toBooleanArray();
            return IntStream.range(0, constant.length).filter(d -> constant[d]).toArray();
        }
    }

    /** Returns the standard deviation of all values around their common mean, as for a bank's scaling. */
    static double deviation(Tensor targets) {
        return targets.std().item();
    }
}
