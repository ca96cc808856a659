package org.flowprior.torch.nn;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.flowprior.torch.Device;
import org.flowprior.torch.Tensor;

/** Values as Python prints them. */
final class Python {

    private Python() {}

    static String repr(boolean value) {
        return value ? "True" : "False";
    }

    static String repr(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return Double.toString(value);
        }
        BigDecimal digits = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int exponent = digits.precision() - digits.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = digits.toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        BigDecimal mantissa = digits.scaleByPowerOfTen(-exponent);
        return mantissa.toPlainString() + "e" + (exponent < 0 ? "-" : "+")
                + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    /** A tuple: {@code (1, 2)}, {@code (1,)}. */
    static String tuple(long... values) {
        return Arrays.stream(values).mapToObj(Long::toString)
                .collect(Collectors.joining(", ", "(", values.length == 1 ? ",)" : ")"));
    }

    /** A number for one value, otherwise a tuple. */
    static String numbers(long... values) {
        return values.length == 1 ? Long.toString(values[0]) : tuple(values);
    }

    static String dtype(Tensor tensor) {
        return "torch." + tensor.dtype().name().toLowerCase(Locale.ROOT);
    }

    /** {@code torch.typename} of a tensor. */
    static String tensorType(Tensor tensor) {
        String element = switch (tensor.dtype()) {
            case FLOAT64 -> "Double";
            case FLOAT16 -> "Half";
            case BFLOAT16 -> "BFloat16";
            default -> "Float";
        };
        return (tensor.device().type() == Device.Type.CUDA ? "torch.cuda." : "torch.") + element + "Tensor";
    }
}
