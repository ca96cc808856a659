package org.flowprior.data;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** Makes tensors of decoded images. */
final class BatchMaker {

    private BatchMaker() {}

    static ImageBatch batch(ImageSource source, int size, List<RgbImage> images, List<Integer> places) {
        byte[] pixels = new byte[Math.toIntExact(3L * size * size * images.size())];
        long[] labels = new long[images.size()];
        for (int i = 0; i < images.size(); i++) {
            System.arraycopy(images.get(i).pixels(), 0, pixels, i * 3 * size * size, 3 * size * size);
            labels[i] = source.label(places.get(i));
        }
        Tensor levels = Scope.returning(() -> Tensor.of(MemorySegment.ofArray(pixels), DType.UINT8, images.size(), size,
                size, 3).permute(0, 3, 1, 2).contiguous());
        return new ImageBatch(levels, Tensor.of(labels, labels.length), places.stream().map(source::name).toList());
    }
}
