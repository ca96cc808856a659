package org.flowprior.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Compares gradients with central differences, element by element. */
record GradCheck(Function<List<Tensor>, List<Tensor>> function, double eps, double atol, double rtol) {

    boolean check(List<Tensor> inputs) {
        boolean any = false;
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i).requiresGrad()) {
                if (inputs.get(i).dtype() != DType.FLOAT64) {
                    throw new DTypeException("gradCheck: input " + i + " is " + inputs.get(i).dtype()
                            + "; finite differences need float64", null);
                }
                any = true;
                try (Scope scope = Scope.open()) {
                    check(inputs, i);
                }
            }
        }
        if (!any) {
            throw new IllegalArgumentException("gradCheck: no input requires a gradient");
        }
        return true;
    }

    private void check(List<Tensor> inputs, int input) {
        double[][][] numerical = numerical(inputs, input);
        List<Tensor> outputs = function.apply(inputs);
        Tensor x = inputs.get(input);
        int n = (int) x.numel();
        for (int o = 0; o < outputs.size(); o++) {
            Tensor output = outputs.get(o);
            if (!output.requiresGrad()) {
                continue;
            }
            for (int e = 0; e < output.numel(); e++) {
                double[] oneHot = new double[(int) output.numel()];
                oneHot[e] = 1;
                Tensor gradient = Autograd.grad(List.of(output), List.of(x),
                        List.of(Tensor.of(oneHot).reshape(output.shape())), new Autograd.Options(true, false, true))
                        .getFirst();
                double[] row = gradient == null ? new double[n] : gradient.toDoubleArray();
                for (int j = 0; j < n; j++) {
                    compare(input, j, o, e, row[j], numerical[j][o][e]);
                }
            }
        }
    }

    private void compare(int input, int element, int output, int outputElement, double gradient, double difference) {
        if (!(Math.abs(gradient - difference) <= atol + rtol * Math.abs(difference))) {
            throw new GradCheckException("gradCheck: the gradient of output " + output + " element " + outputElement
                    + " with respect to input " + input + " element " + element + " is " + gradient
                    + ", finite differences give " + difference);
        }
    }

    /** Differences by element of the input, output, and element of the output. */
    private double[][][] numerical(List<Tensor> inputs, int input) {
        Tensor x = inputs.get(input);
        double[] values = x.toDoubleArray();
        double[][][] differences = new double[values.length][][];
        for (int j = 0; j < values.length; j++) {
            double[][] above = at(inputs, input, values, j, eps);
            double[][] below = at(inputs, input, values, j, -eps);
            for (int o = 0; o < above.length; o++) {
                for (int e = 0; e < above[o].length; e++) {
                    above[o][e] = (above[o][e] - below[o][e]) / (2 * eps);
                }
            }
            differences[j] = above;
        }
        return differences;
    }

    private double[][] at(List<Tensor> inputs, int input, double[] values, int element, double step) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            double[] moved = values.clone();
            moved[element] += step;
            List<Tensor> there = new ArrayList<>(inputs);
            there.set(input, Tensor.of(moved).reshape(inputs.get(input).shape()));
            return function.apply(there).stream().map(Tensor::toDoubleArray).toArray(double[][]::new);
        }
    }
}
