package org.flowprior.torch.io;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.flowprior.torch.DType;

/** The functions and classes that a pickle may name; a pickle can call nothing else. */
enum PickleGlobal {
    ORDERED_DICT("collections.OrderedDict"),
    NAMESPACE("argparse.Namespace"),
    SET("builtins.set"),
    ENCODE("_codecs.encode"),
    SIZE("torch.Size"),
    DEVICE("torch.device"),
    TENSOR("torch.Tensor"),
    PARAMETER("torch.nn.parameter.Parameter"),
    REBUILD_TENSOR("torch._utils._rebuild_tensor"),
    REBUILD_TENSOR_V2("torch._utils._rebuild_tensor_v2"),
    REBUILD_TENSOR_V3("torch._utils._rebuild_tensor_v3"),
    REBUILD_PARAMETER("torch._utils._rebuild_parameter"),
    REBUILD_PARAMETER_WITH_STATE("torch._utils._rebuild_parameter_with_state"),
    REBUILD_FROM_TYPE("torch._tensor._rebuild_from_type_v2");

    private static final Map<String, DType> STORAGES = Map.ofEntries(
            Map.entry("ByteStorage", DType.UINT8), Map.entry("CharStorage", DType.INT8),
            Map.entry("ShortStorage", DType.INT16), Map.entry("IntStorage", DType.INT32),
            Map.entry("LongStorage", DType.INT64), Map.entry("HalfStorage", DType.FLOAT16),
            Map.entry("BFloat16Storage", DType.BFLOAT16), Map.entry("FloatStorage", DType.FLOAT32),
            Map.entry("DoubleStorage", DType.FLOAT64), Map.entry("BoolStorage", DType.BOOL),
            Map.entry("ComplexFloatStorage", DType.COMPLEX64), Map.entry("ComplexDoubleStorage", DType.COMPLEX128));

    final String python;

    PickleGlobal(String python) {
        this.python = python;
    }

    /** Returns PyTorch's class of storages of that type, or null if they are untyped. */
    static String storageOf(DType dtype) {
        return STORAGES.entrySet().stream().filter(e -> e.getValue() == dtype).map(Map.Entry::getKey).findFirst()
                .orElse(null);
    }

    /** Returns the function, storage type or dtype that the name stands for, or null if pickles may not use it. */
    static Object named(String module, String name) {
        String full = (module.equals("__builtin__") ? "builtins" : module) + "." + name;
        if (full.equals("torch.storage.UntypedStorage")) {
            return new PickleStorage.Type(null);
        }
        if (STORAGES.containsKey(name) && (module.equals("torch") || module.equals("torch.cuda"))) {
            return new PickleStorage.Type(STORAGES.get(name));
        }
        return Stream.concat(Arrays.stream(values()).filter(global -> global.python.equals(full)),
                Arrays.stream(DType.values()).filter(dtype -> full.equals("torch." + dtype))).findFirst().orElse(null);
    }
}
