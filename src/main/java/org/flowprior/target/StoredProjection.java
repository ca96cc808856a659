package org.flowprior.target;

import java.util.Arrays;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;

/** Makes a projection of what a file says about it, and believes nothing. */
record StoredProjection(Map<String, ? extends Tensor> tensors, Map<String, String> metadata) {

    Projection projection() {
        String kind = text(LinearMap.PREFIX + "kind");
        int inputs = Math.toIntExact(integer(LinearMap.PREFIX + "inputs"));
        int outputs = Math.toIntExact(integer(LinearMap.PREFIX + "outputs"));
        double scale = number(LinearMap.PREFIX + "scale");
        LinearMap.check(inputs, outputs, scale);
        return switch (kind) {
            case IdentityProjection.KIND -> identity(inputs, outputs, scale);
            case AveragePooling.KIND -> new AveragePooling(inputs, outputs, scale);
            case RandomProjection.KIND -> {
                long seed = integer(RandomProjection.SEED);
                Tensor weight = tensor(RandomProjection.WEIGHT, DType.FLOAT32, outputs, inputs);
                yield new RandomProjection(FixedTensor.copyOf(weight), seed, scale);
            }
            case PrincipalComponents.KIND -> principalComponents(inputs, outputs, scale);
            default -> throw new IllegalArgumentException("the metadata name a projection '" + kind
                    + "', which this program does not know");
        };
    }

    private static Projection identity(int inputs, int outputs, double scale) {
        if (inputs != outputs) {
            throw new IllegalArgumentException("the identity cannot map " + inputs + " numbers to " + outputs);
        }
        return new IdentityProjection(inputs, scale);
    }

    private Projection principalComponents(int inputs, int outputs, double scale) {
        double total = number(PrincipalComponents.TOTAL);
        Tensor mean = tensor(PrincipalComponents.MEAN, DType.FLOAT32, inputs);
        Tensor components = tensor(PrincipalComponents.COMPONENTS, DType.FLOAT32, outputs, inputs);
        Tensor variance = tensor(PrincipalComponents.VARIANCE, DType.FLOAT64, outputs);
        return new PrincipalComponents(FixedTensor.copyOf(mean), FixedTensor.copyOf(components),
                FixedTensor.copyOf(variance), total, scale);
    }

    private Tensor tensor(String key, DType dtype, long... shape) {
        Tensor tensor = tensors.get(key);
        if (tensor == null || tensor.dtype() != dtype || !Arrays.equals(tensor.shape(), shape)) {
            throw new IllegalArgumentException("the projection needs a tensor '" + key + "' of " + dtype
                    + Arrays.toString(shape) + ", not " + (tensor == null ? "none" : tensor.signature()));
        }
        return tensor;
    }

    private String text(String key) {
        String value = metadata.get(key);
        if (value == null) {
            throw new IllegalArgumentException("the metadata lack '" + key + "'");
        }
        return value;
    }

    private long integer(String key) {
        try {
            return Long.parseLong(text(key));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the metadata's '" + key + "' is no integer: " + text(key), e);
        }
    }

    private double number(String key) {
        try {
            return Double.parseDouble(text(key));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the metadata's '" + key + "' is no number: " + text(key), e);
        }
    }
}
