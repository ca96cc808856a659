package org.flowprior.torch;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Central differences against autograd, element by element. */
record GradCheck(Function<List<Tensor>, List<Tensor>> function, List<Tensor> inputs, double step,
        double absolute, double relative) {

    void run() {
        List<Integer> checked = IntStream.range(0, inputs.size()).filter(i -> inputs.get(i).requiresGrad()).boxed()
                .toList();
        if (checked.isEmpty()) {
            throw new IllegalArgumentException("gradCheck: no input requires gradients");
        }
        for (int i : checked) {
            if (inputs.get(i).dtype() != DType.FLOAT64) {
                throw new IllegalArgumentException("gradCheck: input " + i + " is " + inputs.get(i).signature()
                        + "; differences of 1e-6 need float64");
            }
        }
        try (Scope scope = Scope.open()) {
            int outputs = function.apply(inputs).size();
            for (int i : checked) {
                for (int o = 0; o < outputs; o++) {
                    compare(i, o);
                }
            }
        }
    }

    private Tensor output(int o) {
        return function.apply(inputs).get(o);
    }

    private void compare(int i, int o) {
        double[][] numerical = numerical(i, o);
        int elements = (int) output(o).numel();
        for (int e = 0; e < elements; e++) {
            double[] analytical = analytical(i, o, e);
            for (int n = 0; n < analytical.length; n++) {
                double expected = numerical[n][e];
                if (!(Math.abs(analytical[n] - expected) <= absolute + relative * Math.abs(expected))) {
                    throw new IllegalStateException(String.format(Locale.ROOT,
                            "gradCheck: the derivative of output %d, "
                                    + "element %d, with respect to input %d, element %d, is %.9g by backward and %.9g by "
                                    + "differences",
                            o, e, i, n, analytical[n], expected));
                }
            }
        }
    }

    /** The gradient of one element of an output. */
    private double[] analytical(int i, int o, int element) {
        try (Scope scope = Scope.open()) {
            Tensor output = output(o);
            int size = (int) inputs.get(i).numel();
            if (!output.requiresGrad()) {
                return new double[size];
            }
            Tensor chosen = output.reshape(-1).get(element);
            Tensor gradient = Autograd.grad(List.of(chosen), List.of(inputs.get(i)), null,
                    new Autograd.Options(null, false, true)).getFirst();
            return gradient == null ? new double[size] : gradient.toDoubleArray();
        }
    }

    /** For each element of the input, the differences of all elements of the output. */
    private double[][] numerical(int i, int o) {
        Tensor input = inputs.get(i);
        double[][] differences = new double[(int) input.numel()][];
        try (NoGrad noGrad = new NoGrad()) {
            for (int n = 0; n < differences.length; n++) {
                double[] above = moved(input, n, step, o);
                double[] below = moved(input, n, -step, o);
                differences[n] = IntStream.range(0, above.length)
                        .mapToDouble(e -> (above[e] - below[e]) / (2 * step)).toArray();
            }
        }
        return differences;
    }

    private double[] moved(Tensor input, int element, double by, int o) {
        try (Scope scope = Scope.open()) {
            double[] before = input.toDoubleArray();
            double[] values = before.clone();
            values[element] += by;
            input.copy_(Tensor.of(values).reshape(input.shape()));
            try {
                return output(o).toDoubleArray();
            } finally {
                input.copy_(Tensor.of(before).reshape(input.shape()));
            }
        }
    }
}
