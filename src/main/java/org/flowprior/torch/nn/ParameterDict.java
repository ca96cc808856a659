package org.flowprior.torch.nn;

import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.torch.Tensor;

/** Parameters under names of your choice: {@code torch.nn.ParameterDict}. */
public final class ParameterDict extends TypedModule<ParameterDict> {

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    /** These tensors, which become parameters, under these names. */
    public ParameterDict(Map<String, Tensor> tensors) {
        tensors.forEach(this::put);
    }

    /** Adds a floating-point leaf, which becomes a parameter, under a name that is free. Returns it. */
    public Tensor put(String name, Tensor value) {
        Tensor parameter = registerParameter(name, value);
        tensors.put(name, parameter);
        return parameter;
    }

    /**
     * Returns the parameter of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Tensor get(String name) {
        Tensor parameter = tensors.get(name);
        if (parameter == null) {
            throw new IllegalArgumentException("no parameter '" + name + "', only " + tensors.keySet());
        }
        return parameter;
    }

    /** Returns whether there is a parameter of that name. */
    public boolean contains(String name) {
        return tensors.containsKey(name);
    }

    /** Returns the number of parameters. */
    public int size() {
        return tensors.size();
    }

    @Override
    protected String extraRepr() {
        return ModulePrinter.parameters(tensors, Python::tensorType);
    }
}
