package org.flowprior.vision;

import java.util.ArrayList;
import java.util.List;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Layer;
import org.flowprior.vision.InceptionUnit.Shape;

/** Branches over the same input, concatenated over the channels: the "Mixed" blocks of Inception v3. */
final class InceptionBlock extends Layer {

    /** What a branch begins with. */
    private enum Pooling {
        NONE {
            @Override
            Tensor of(Tensor x) {
                return x.share();
            }
        },
        /** Mean over the pixels of 3 x 3 that are in the image. */
        AVERAGE {
            @Override
            Tensor of(Tensor x) {
                return Functional.avgPool2d(x, 3, 1, 1, false, false);
            }
        },
        MAXIMUM {
            @Override
            Tensor of(Tensor x) {
                return Functional.maxPool2d(x, 3, 1, 1);
            }
        },
        /** Maximum over 3 x 3 at every second pixel. */
        HALVING {
            @Override
            Tensor of(Tensor x) {
                return Functional.maxPool2d(x, 3, 2);
            }
        };

        abstract Tensor of(Tensor x);
    }

    /** A pooling, units one after the other, and at the end perhaps two beside each other. */
    private record Branch(Pooling pooling, List<InceptionUnit> units, List<InceptionUnit> fork) {

        void run(Tensor input, List<Tensor> outputs) {
            Tensor x = pooling.of(input);
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

    /** The size stays; 224 channels and those of the pool's branch. */
    static InceptionBlock a(long in, long pooled) {
        return new InceptionBlock(in)
                .branch("branch1x1", Shape.same(64, 1, 1))
                .branch("branch5x5", Shape.same(48, 1, 1), Shape.same(64, 5, 5))
                .branch("branch3x3dbl", Shape.same(64, 1, 1), Shape.same(96, 3, 3), Shape.same(96, 3, 3))
                .poolBranch(Pooling.AVERAGE, pooled);
    }

    /** Half the size; 480 more channels. */
    static InceptionBlock b(long in) {
        return new InceptionBlock(in)
                .branch("branch3x3", Shape.valid(384, 2))
                .branch("branch3x3dbl", Shape.same(64, 1, 1), Shape.same(96, 3, 3), Shape.valid(96, 2))
                .halved();
    }

    /** The size stays; 768 channels. */
    static InceptionBlock c(long in, long inner) {
        return new InceptionBlock(in)
                .branch("branch1x1", Shape.same(192, 1, 1))
                .branch("branch7x7", Shape.same(inner, 1, 1), Shape.same(inner, 1, 7), Shape.same(192, 7, 1))
                .branch("branch7x7dbl", Shape.same(inner, 1, 1), Shape.same(inner, 7, 1), Shape.same(inner, 1, 7),
                        Shape.same(inner, 7, 1), Shape.same(192, 1, 7))
                .poolBranch(Pooling.AVERAGE, 192);
    }

    /** Half the size; 512 more channels. */
    static InceptionBlock d(long in) {
        return new InceptionBlock(in)
                .branch("branch3x3", Shape.same(192, 1, 1), Shape.valid(320, 2))
                .branch("branch7x7x3", Shape.same(192, 1, 1), Shape.same(192, 1, 7), Shape.same(192, 7, 1),
                        Shape.valid(192, 2))
                .halved();
    }

    /** The size stays; 2048 channels. */
    static InceptionBlock e(long in, boolean maximum) {
        return new InceptionBlock(in)
                .branch("branch1x1", Shape.same(320, 1, 1))
                .forked("branch3x3", Shape.same(384, 1, 1))
                .forked("branch3x3dbl", Shape.same(448, 1, 1), Shape.same(384, 3, 3))
                .poolBranch(maximum ? Pooling.MAXIMUM : Pooling.AVERAGE, 192);
    }

    /** Units numbered from 1, or under the bare name where there is one. */
    private InceptionBlock branch(String name, Shape... shapes) {
        List<InceptionUnit> units = new ArrayList<>();
        long channels = in;
        for (Shape shape : shapes) {
            String unitName = shapes.length == 1 ? name : name + "_" + (units.size() + 1);
            units.add(register(unitName, new InceptionUnit(channels, shape)));
            channels = shape.out();
        }
        return add(new Branch(Pooling.NONE, units, List.of()));
    }

    /** A branch that ends in 384 channels of a row's and 384 of a column's convolution. */
    private InceptionBlock forked(String name, Shape... shapes) {
        List<InceptionUnit> units = new ArrayList<>();
        long channels = in;
        for (Shape shape : shapes) {
            units.add(register(name + "_" + (units.size() + 1), new InceptionUnit(channels, shape)));
            channels = shape.out();
        }
        String fork = name + "_" + (units.size() + 1);
        return add(new Branch(Pooling.NONE, units, List.of(
                register(fork + "a", new InceptionUnit(channels, Shape.same(384, 1, 3))),
                register(fork + "b", new InceptionUnit(channels, Shape.same(384, 3, 1))))));
    }

    private InceptionBlock poolBranch(Pooling pooling, long channels) {
        InceptionUnit unit = register("branch_pool", new InceptionUnit(in, Shape.same(channels, 1, 1)));
        return add(new Branch(pooling, List.of(unit), List.of()));
    }

    private InceptionBlock halved() {
        return add(new Branch(Pooling.HALVING, List.of(), List.of()));
    }

    private InceptionBlock add(Branch branch) {
        branches.add(branch);
        return this;
    }

    /** The first channels of what {@link #forward} gives: those of the first branch alone, which is a unit. */
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
