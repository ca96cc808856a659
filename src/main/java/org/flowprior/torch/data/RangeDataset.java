package org.flowprior.torch.data;

import java.util.Objects;

/** The numbers from 0 to a size as items. */
record RangeDataset(long size) implements Dataset<Long> {

    @Override
    public Long get(long index) {
        return Objects.checkIndex(index, size);
    }
}
