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
        Tensor values = Scope.returning(() -> normalized(Tensor.of(MemorySegment.ofArray(pixels), DType.UINT8,
                images.size(), size, size, 3)));
        return new ImageBatch(values, Tensor.of(labels, labels.length), places.stream().map(source::name).toList());
    }

    /**
     * uint8 [batch, height, width, 3] to float32 [batch, 3, height, width] as torchvision's ToTensor and
     * Normalize(0.5, 0.5).
     */
    private static Tensor normalized(Tensor pixels) {
        return pixels.permute(0, 3, 1, 2).to(DType.FLOAT32).contiguous().div_(255).sub_(0.5).div_(0.5);
    }
}
