package org.flowprior.data;

import java.util.random.RandomGenerator;
import org.flowprior.data.ImageResize.Filter;

/**
 * Crops an image of any size to a square: ADM's crops (guided-diffusion's {@code image_datasets.py}). A box filter
 * halves the image while its shorter side is at least twice the wanted one, then a bicubic filter resizes it.
 */
public sealed interface ImageCrop {

    /** Returns the pixels along a side of the result. */
    int size();

    /**
     * Returns the square part; uses the generator only if the crop is random.
     *
     * @throws IllegalArgumentException for an image so narrow that, scaled, it has more pixels than the decoder's limit
     */
    RgbImage apply(RgbImage image, RandomGenerator random);

    /** Resizes the shorter side to {@code size} and takes the middle. */
    record Centre(int size) implements ImageCrop {

        /** Throws {@link IllegalArgumentException} for a size below 1. */
        public Centre {
            requirePositive(size);
        }

        @Override
        public RgbImage apply(RgbImage image, RandomGenerator random) {
            RgbImage resized = withShorterSide(image, size);
            return resized.crop((resized.width() - size) / 2, (resized.height() - size) / 2, size, size);
        }
    }

    /**
     * Resizes the shorter side to a uniform integer from ⌈size / largest⌉ to ⌈size / smallest⌉ and takes a uniform
     * part. Draws the side, then the part's row, then its column.
     *
     * @param smallest least share of the shorter side that is kept, above 0
     * @param largest  greatest share, at most 1
     */
    record Random(int size, double smallest, double largest) implements ImageCrop {

        /** Throws {@link IllegalArgumentException} for a size or shares outside these bounds. */
        public Random {
            requirePositive(size);
            if (!(smallest > 0 && smallest <= largest && largest <= 1)) {
                throw new IllegalArgumentException("a random crop keeps between smallest and largest of the shorter "
                        + "side, 0 < smallest <= largest <= 1, not " + smallest + " and " + largest);
            }
        }

        /** Creates a crop with the published shares, 0.8 to 1. */
        public Random(int size) {
            this(size, 0.8, 1.0);
        }

        @Override
        public RgbImage apply(RgbImage image, RandomGenerator random) {
            int least = (int) Math.ceil(size / largest);
            int most = (int) Math.ceil(size / smallest);
            RgbImage resized = withShorterSide(image, random.nextInt(least, most + 1));
            int y = random.nextInt(resized.height() - size + 1);
            int x = random.nextInt(resized.width() - size + 1);
            return resized.crop(x, y, size, size);
        }
    }

    private static void requirePositive(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("a crop has at least one pixel a side, not " + size);
        }
    }

    private static RgbImage withShorterSide(RgbImage image, int side) {
        RgbImage halved = image;
        while (Math.min(halved.width(), halved.height()) >= 2 * side) {
            halved = ImageResize.resize(halved, halved.width() / 2, halved.height() / 2, Filter.BOX);
        }
        double scale = (double) side / Math.min(halved.width(), halved.height());
        double width = Math.rint(halved.width() * scale);
        double height = Math.rint(halved.height() * scale);
        if (width * height > ImageDecoder.MOST_PIXELS) {
            throw new IllegalArgumentException("%d x %d pixels, scaled to %d on the shorter side, are more than %d"
                    .formatted(image.width(), image.height(), side, ImageDecoder.MOST_PIXELS));
        }
        return ImageResize.resize(halved, (int) width, (int) height, Filter.BICUBIC);
    }
}
