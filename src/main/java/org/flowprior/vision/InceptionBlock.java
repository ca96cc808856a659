package org.flowprior.vision;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Layer;
import org.flowprior.vision.InceptionUnit.Shape;

/** Parallel branches over the same input, concatenated over the channels: the "Mixed" blocks of Inception v3. */
final class InceptionBlock extends Layer {

    /** Mean over those pixels of 3 x 3 that are in the image. */
    private static final UnaryOperator<Tensor> AVERAGE = x -> Functional.avgPool2d(x, 3, 1, 1, false, false);
    private static final UnaryOperator<Tensor> MAXIMUM = x -> Functional.maxPool2d(x, 3, 1, 1);
    /** Maximum over 3 x 3 at every second pixel. */
    private static final UnaryOperator<Tensor> HALVING = x -> Functional.maxPool2d(x, 3, 2);

    /** A pooling, units one after the other, and two units side by side at the end, or none. */
    private record Branch(UnaryOperator<Tensor> pooling, List<InceptionUnit> units, List<InceptionUnit> fork) {

        void run(Tensor input, List<Tensor> outputs) {
            Tensor x = pooling.apply(input);
            for (InceptionUnit unit : units) {
                x = x.into(unit::forward);
            }
            if (fork.isEmpty()) {
                outputs.add(x);
                return;
            }
            for (InceptionUnit unit : fork) {
                outputs.add(unit.forward(x));
            }
            x.close();
        }
    }

    private final long in;
    private final List<Branch> branches = new ArrayList<>();

    private InceptionBlock(long in) {
        this.in = in;
    }

    /** Keeps the size; 224 channels and those of the pool's branch. */
    static InceptionBlock a(long in, long pooled) {
        return new InceptionBlock(in)
                .branch("branch1x1", Shape.same(64, 1, 1))
                .branch("branch5x5", Shape.same(48, 1, 1), Shape.same(64, 5, 5))
                .branch("branch3x3dbl", Shape.same(64, 1, 1), Shape.same(96, 3, 3), Shape.same(96, 3, 3))
                .poolBranch(AVERAGE, pooled);
    }

    /** Halves the size; 480 more channels. */
    static InceptionBlock b(long in) {
        return new InceptionBlock(in)
                .branch("branch3x3", Shape.valid(384, 2))
                .branch("branch3x3dbl", Shape.same(64, 1, 1), Shape.same(96, 3, 3), Shape.valid(96, 2))
                .halved();
    }

    /** Keeps the size; 768 channels. */
    static InceptionBlock c(long in, long inner) {
        return new InceptionBlock(in)
                .branch("branch1x1", Shape.same(192, 1, 1))
                .branch("branch7x7", Shape.same(inner, 1, 1), Shape.same(inner, 1, 7), Shape.same(192, 7, 1))
                .branch("branch7x7dbl", Shape.same(inner, 1, 1), Shape.same(inner, 7, 1), Shape.same(inner, 1, 7),
                        Shape.same(inner, 7, 1), Shape.same(192, 1, 7))
                .poolBranch(AVERAGE, 192);
    }

    /** Halves the size; 512 more channels. */
    static InceptionBlock d(long in) {
        return new InceptionBlock(in)
                .branch("branch3x3", Shape.same(192, 1, 1), Shape.valid(320, 2))
                .branch("branch7x7x3", Shape.same(192, 1, 1), Shape.same(192, 1, 7), Shape.same(192, 7, 1),
                        Shape.valid(192, 2))
                .halved();
    }

    /** Keeps the size; 2048 channels. */
    static InceptionBlock e(long in, boolean maximum) {
        return new InceptionBlock(in)
                .branch("branch1x1", Shape.same(320, 1, 1))
                .forked("branch3x3", Shape.same(384, 1, 1))
                .forked("branch3x3dbl", Shape.same(448, 1, 1), Shape.same(384, 3, 3))
                .poolBranch(maximum ? MAXIMUM : AVERAGE, 192);
    }

    /** A branch of one unit under the bare name, or of several numbered ones. */
    private InceptionBlock branch(String name, Shape... shapes) {
        return add(new Branch(Tensor::share, shapes.length > 1 ? numbered(name, shapes)
                : List.of(register(name, new InceptionUnit(in, shapes[0]))), List.of()));
    }

    /** A branch that ends in two units side by side: convolutions of a row and of a column, of 384 channels each. */
    private InceptionBlock forked(String name, Shape... shapes) {
        List<InceptionUnit> units = numbered(name, shapes);
        long channels = shapes[shapes.length - 1].out();
        String fork = name + "_" + (shapes.length + 1);
        return add(new Branch(Tensor::share, units, List.of(
                register(fork + "a", new InceptionUnit(channels, Shape.same(384, 1, 3))),
                register(fork + "b", new InceptionUnit(channels, Shape.same(384, 3, 1))))));
    }

    /** Units one after the other, numbered from 1. */
    private List<InceptionUnit> numbered(String name, Shape... shapes) {
        List<InceptionUnit> units = new ArrayList<>();
        long channels = in;
        for (Shape shape : shapes) {
            units.add(register(name + "_" + (units.size() + 1), new InceptionUnit(channels, shape)));
            channels = shape.out();
        }
        return units;
    }

    private InceptionBlock poolBranch(UnaryOperator<Tensor> pooling, long channels) {
        InceptionUnit unit = register("branch_pool", new InceptionUnit(in, Shape.same(channels, 1, 1)));
        return add(new Branch(pooling, List.of(unit), List.of()));
    }

    private InceptionBlock halved() {
        return add(new Branch(HALVING, List.of(), List.of()));
    }

    private InceptionBlock add(Branch branch) {
        branches.add(branch);
        return this;
    }

    /** Computes only the first channels of {@link #forward}: those of the first branch, which is one unit. */
    Tensor firstBranch(Tensor x) {
        return branches.getFirst().units().getFirst().forward(x);
    }

    /** x [B, in, H, W] to [B, out, H', W']. */
    @Override
    public Tensor forward(Tensor x) {
        return Scope.returning(() -> {
            List<Tensor> outputs = new ArrayList<>();
            for (Branch branch : branches) {
                branch.run(x, outputs);
            }
            return Torch.cat(outputs, 1);
        });
    }
}
