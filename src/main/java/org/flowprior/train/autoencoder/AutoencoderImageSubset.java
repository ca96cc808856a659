package org.flowprior.train.autoencoder;

import java.io.IOException;
import java.util.List;
import org.flowprior.data.ImageSource;
import org.flowprior.data.RgbImage;

/** Some images of a set, in the set's order. The set stays its owner's. */
final class AutoencoderImageSubset implements ImageSource {

    private final ImageSource whole;
    private final long[] places;

    AutoencoderImageSubset(ImageSource whole, long[] places) {
        this.whole = whole;
        this.places = places;
    }

    private int place(int index) {
        return (int) places[index];
    }

    @Override
    public int size() {
        return places.length;
    }

    @Override
    public String name(int index) {
        return whole.name(place(index));
    }

    @Override
    public int label(int index) {
        return whole.label(place(index));
    }

    @Override
    public List<String> classes() {
        return whole.classes();
    }

    @Override
    public RgbImage image(int index) throws IOException {
        return whole.image(place(index));
    }
}
