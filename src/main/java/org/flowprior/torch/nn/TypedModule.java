package org.flowprior.torch.nn;

import java.util.function.Consumer;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;

/**
 * A module whose {@code eval()}, {@code train()}, {@code to(...)} and the like return its own type:
 * {@code final class Net extends TypedModule<Net>}, and then {@code Net net = new Net().to(device)}.
 *
 * @param <S> the class itself
 */
public abstract class TypedModule<S extends TypedModule<S>> extends Module {

    /** An empty module in training mode. */
    protected TypedModule() {}

    @SuppressWarnings("unchecked") // S is this class, by its declaration
    private S self() {
        return (S) this;
    }

    @Override
    public S train(boolean mode) {
        super.train(mode);
        return self();
    }

    @Override
    public S train() {
        super.train();
        return self();
    }

    @Override
    public S eval() {
        super.eval();
        return self();
    }

    @Override
    public S requiresGrad_(boolean enabled) {
        super.requiresGrad_(enabled);
        return self();
    }

    @Override
    public S to(Device device) {
        super.to(device);
        return self();
    }

    @Override
    public S to(DType dtype) {
        super.to(dtype);
        return self();
    }

    @Override
    public S cpu() {
        super.cpu();
        return self();
    }

    @Override
    public S cuda() {
        super.cuda();
        return self();
    }

    @Override
    public S half() {
        super.half();
        return self();
    }

    @Override
    public S bfloat16() {
        super.bfloat16();
        return self();
    }

    @Override
    public S toFloat() {
        super.toFloat();
        return self();
    }

    @Override
    public S toDouble() {
        super.toDouble();
        return self();
    }

    @Override
    public S apply(Consumer<? super Module> function) {
        super.apply(function);
        return self();
    }
}
