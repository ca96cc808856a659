package org.flowprior.cli.common;

import org.flowprior.torch.DType;
import picocli.CommandLine.Option;

/** The option {@code --dtype} of commands that write banks and caches. */
public final class StorageOption {

    private enum Storage { FLOAT32, BF16 }

    @Option(names = "--dtype", paramLabel = "NAME", defaultValue = "float32",
            description = "float32 or bf16 on the disk (default: ${DEFAULT-VALUE})")
    private Storage storage;

    /** Returns the element type on the disk. */
    public DType dtype() {
        return storage == Storage.FLOAT32 ? DType.FLOAT32 : DType.BFLOAT16;
    }
}
