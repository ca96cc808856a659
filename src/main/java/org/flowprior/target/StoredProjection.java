package org.flowprior.target;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;

/** A projection as files store it: tensors and metadata. Reading checks everything. */
record StoredProjection(Map<String, ? extends Tensor> tensors, Map<String, String> metadata) {

    static final String PREFIX = "projection.";

    private static final String IDENTITY = "identity";
    private static final String AVERAGE_POOLING = "average-pooling";
    private static final String RANDOM = "random";
    private static final String PRINCIPAL_COMPONENTS = "principal-components";

    /** Returns the metadata that all kinds have. */
    static Map<String, String> metadata(Projection projection) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(PREFIX + "kind", switch (projection) {
            case IdentityProjection identity -> IDENTITY;
            case AveragePooling pooling -> AVERAGE_POOLING;
            case RandomProjection random -> RANDOM;
            case PrincipalComponents components -> PRINCIPAL_COMPONENTS;
        });
        metadata.put(PREFIX + "inputs", Integer.toString(projection.inputs()));
        metadata.put(PREFIX + "outputs", Integer.toString(projection.outputs()));
        metadata.put(PREFIX + "scale", Double.toString(projection.scale()));
        return metadata;
    }

    Projection projection() {
        String kind = text(PREFIX + "kind");
        int inputs = Math.toIntExact(integer(PREFIX + "inputs"));
        int outputs = Math.toIntExact(integer(PREFIX + "outputs"));
        double scale = number(PREFIX + "scale");
        LinearMap.check(inputs, outputs, scale);
        return switch (kind) {
            case IDENTITY -> {
                if (inputs != outputs) {
                    throw new IllegalArgumentException("the identity cannot map " + inputs + " numbers to " + outputs);
                }
                yield new IdentityProjection(inputs, scale);
            }
            case AVERAGE_POOLING -> new AveragePooling(inputs, outputs, scale);
            case RANDOM -> {
                long seed = integer(RandomProjection.SEED);
                Tensor weight = tensor(RandomProjection.WEIGHT, DType.FLOAT32, outputs, inputs);
                yield new RandomProjection(FixedTensor.copyOf(weight), seed, scale);
            }
            case PRINCIPAL_COMPONENTS -> {
                double total = number(PrincipalComponents.TOTAL);
                Tensor mean = tensor(PrincipalComponents.MEAN, DType.FLOAT32, inputs);
                Tensor components = tensor(PrincipalComponents.COMPONENTS, DType.FLOAT32, outputs, inputs);
                Tensor variance = tensor(PrincipalComponents.VARIANCE, DType.FLOAT64, outputs);
                yield new PrincipalComponents(FixedTensor.copyOf(mean), FixedTensor.copyOf(components),
                        FixedTensor.copyOf(variance), total, scale);
            }
            default -> throw new IllegalArgumentException("the metadata name a projection '" + kind
                    + "', which this program does not know");
        };
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
        return parsed(key, Long::parseLong, "integer");
    }

    private double number(String key) {
        return parsed(key, Double::parseDouble, "number");
    }

    private <T> T parsed(String key, Function<String, T> parser, String what) {
        String text = text(key);
        try {
            return parser.apply(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the metadata's '" + key + "' is not a valid " + what + ": " + text, e);
        }
    }
}
