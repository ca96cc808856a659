package org.flowprior.torch.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.flowprior.torch.Tensor;

/** Parameters under the names 0, 1, 2 …: {@code torch.nn.ParameterList}. */
public final class ParameterList extends TypedModule<ParameterList> implements Iterable<Tensor> {

    private final List<Tensor> tensors = new ArrayList<>();

    /** These tensors, which become parameters, in this order. */
    public ParameterList(List<Tensor> tensors) {
        tensors.forEach(this::add);
    }

    /** Adds a floating-point leaf, which becomes a parameter. Returns it. */
    public Tensor add(Tensor value) {
        Tensor parameter = registerParameter(Integer.toString(tensors.size()), value);
        tensors.add(parameter);
        return parameter;
    }

    /** Returns the parameter at an index. */
    public Tensor get(int index) {
        return tensors.get(index);
    }

    /** Returns the number of parameters. */
    public int size() {
        return tensors.size();
    }

    @Override
    public Iterator<Tensor> iterator() {
        return Collections.unmodifiableList(tensors).iterator();
    }

    @Override
    protected String extraRepr() {
        return ModulePrinter.parameters(tensors, Python::dtype);
    }
}
