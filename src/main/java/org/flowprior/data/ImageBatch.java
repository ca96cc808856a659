package org.flowprior.data;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * A batch of images, in the innermost scope of the thread that called the loader.
 *
 * @param levels uint8 [batch, 3, size, size], the pixels as they were decoded
 * @param labels int64 [batch]
 * @param names  the images' names
 */
public record ImageBatch(Tensor levels, Tensor labels, List<String> names) {

    /** Makes a batch of decoded images, whose indices in the source are {@code places}. */
    static ImageBatch of(ImageSource source, int size, List<RgbImage> images, List<Integer> places) {
        byte[] pixels = new byte[Math.toIntExact(3L * size * size * images.size())];
        for (int i = 0; i < images.size(); i++) {
            System.arraycopy(images.get(i).pixels(), 0, pixels, i * 3 * size * size, 3 * size * size);
        }
        Tensor levels = Scope.returning(() -> Tensor.of(MemorySegment.ofArray(pixels), DType.UINT8, images.size(), size,
                size, 3).permute(0, 3, 1, 2).contiguous());
        long[] labels = places.stream().mapToLong(source::label).toArray();
        return new ImageBatch(levels, Tensor.of(labels, labels.length), places.stream().map(source::name).toList());
    }

    /** Converts the levels to float32 [batch, 3, size, size] in [-1, 1]. Each call makes a new tensor. */
    public Tensor images() {
        return Pixels.values(levels);
    }
}
