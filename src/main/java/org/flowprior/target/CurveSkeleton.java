package org.flowprior.target;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Finds the nearest point of a curve: in a table of points, then on the two chords next to it, lifted to the curve. For
 * the raw curves, the distance is exact to 1e-4, a thousandth of their noise.
 */
final class CurveSkeleton {

    private static final int CHORDS = 1024;

    private final List<ArchimedeanArc> arcs;
    private final int partsPerArc;
    private final double[] table;

    CurveSkeleton(List<ArchimedeanArc> arcs, int partsPerArc) {
        this.arcs = arcs;
        this.partsPerArc = partsPerArc;
        this.table = arcs.stream().flatMap(arc -> IntStream.rangeClosed(0, CHORDS)
                .mapToObj(i -> arc.at((double) i / CHORDS))).flatMapToDouble(Arrays::stream).toArray();
    }

    int parts() {
        return arcs.size() * partsPerArc;
    }

    /** Returns the part of the curve and the distance for x [N, 2], both in [N, 2]. */
    Tensor nearest(Tensor x) {
        return RowBlocks.map(this::nearestOfBlock, table.length, x);
    }

    private Tensor nearestOfBlock(Tensor x) {
        Tensor points = Tensor.of(table, table.length / 2, 2).to(x.dtype(), x.device());
        Tensor square = x.select(1, 0).unsqueeze(1).sub(points.select(1, 0)).square_()
                .add_(x.select(1, 1).unsqueeze(1).sub(points.select(1, 1)).square_());
        Tensor index = square.argmin(1);
        Tensor arc = index.div(CHORDS + 1, "floor");
        Tensor chord = index.sub(arc.mul(CHORDS + 1));
        Tensor before = lift(x, points, arc, chord.sub(1).clamp(0, CHORDS - 1));
        Tensor after = lift(x, points, arc, chord.clamp(0, CHORDS - 1));
        Tensor nearer = before.select(1, 1).le(after.select(1, 1)).unsqueeze(1);
        return Torch.where(nearer, before, after);
    }

    /** Finds the nearest point of a chord, moves it along the radius to the curve, and returns part and distance. */
    private Tensor lift(Tensor x, Tensor points, Tensor arc, Tensor chord) {
        Tensor from = arc.mul(CHORDS + 1).add(chord);
        Tensor begin = points.indexSelect(0, from);
        Tensor along = points.indexSelect(0, from.add(1)).sub(begin);
        Tensor share = x.sub(begin).mul(along).sum(1).div(along.square().sum(1)).clamp(0, 1);
        Tensor u = chord.add(share).div(CHORDS);
        Tensor angle = u.mul(of(arc, ArchimedeanArc::sweep, x)).add(of(arc, ArchimedeanArc::start, x));
        Tensor radius = angle.mul(of(arc, ArchimedeanArc::growth, x)).add(of(arc, ArchimedeanArc::radius, x));
        Tensor dx = x.select(1, 0).sub(of(arc, ArchimedeanArc::centreX, x)).sub(radius.mul(angle.cos()));
        Tensor dy = x.select(1, 1).sub(of(arc, ArchimedeanArc::centreY, x)).sub(radius.mul(angle.sin()));
        Tensor part = u.mul(partsPerArc).floor().clamp(0, partsPerArc - 1).add(arc.mul(partsPerArc));
        return Torch.stack(List.of(part, dx.hypot(dy)), 1);
    }

    private Tensor of(Tensor arc, ToDoubleFunction<ArchimedeanArc> number, Tensor x) {
        return Tensor.of(arcs.stream().mapToDouble(number).toArray()).to(x.dtype(), x.device()).indexSelect(0, arc);
    }
}
