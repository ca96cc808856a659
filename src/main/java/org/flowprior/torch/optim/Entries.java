package org.flowprior.torch.optim;

import java.util.List;
import java.util.Map;

/** Reads the options of one of the {@code param_groups} of a state dict. */
record Entries(Map<String, Object> values) {

    double number(String name) {
        if (values.get(name) instanceof Number number) {
            return number.doubleValue();
        }
        throw wrong(name, "a number");
    }

    /** A boolean; the fallback if the entry is missing, as in states of older PyTorch. */
    boolean flag(String name, boolean fallback) {
        Object value = values.get(name);
        if (value == null) {
            return fallback;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw wrong(name, "a boolean");
    }

    double[] pair(String name) {
        if (values.get(name) instanceof List<?> list && list.size() == 2 && list.get(0) instanceof Number first
                && list.get(1) instanceof Number second) {
            return new double[] {first.doubleValue(), second.doubleValue()};
        }
        throw wrong(name, "a pair of numbers");
    }

    private IllegalArgumentException wrong(String name, String wanted) {
        return new IllegalArgumentException("param_groups: '" + name + "' must be " + wanted + ", not "
                + values.get(name));
    }
}
