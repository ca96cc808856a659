package org.flowprior.plot;

import java.awt.Color;
import java.awt.Paint;
import org.jfree.chart.renderer.PaintScale;

/** ColorBrewer's YlGnBu, light for low values, as in the paper's figures, over white at an opacity of 0.8. */
final class ColorMap {

    private static final double OPACITY = 0.8;
    private static final int[] STOPS = {0xffffd9, 0xedf8b1, 0xc7e9b4, 0x7fcdbb, 0x41b6c4, 0x1d91c0, 0x225ea8, 0x253494,
        0x081d58};

    private ColorMap() {}

    /** Returns the colour of a value between 0 and 1; values outside have the colours of the ends. */
    static Color at(double value) {
        double position = Math.clamp(value, 0, 1) * (STOPS.length - 1);
        int stop = Math.min((int) position, STOPS.length - 2);
        double rest = position - stop;
        return new Color(channel(stop, rest, 16), channel(stop, rest, 8), channel(stop, rest, 0));
    }

    private static int channel(int stop, double rest, int shift) {
        double low = STOPS[stop] >> shift & 0xff;
        double high = STOPS[stop + 1] >> shift & 0xff;
        return (int) Math.round(255 * (1 - OPACITY) + OPACITY * (low + rest * (high - low)));
    }

    /** Returns the colours between two values, for a colour bar. */
    static PaintScale between(double low, double high) {
        return new PaintScale() {
            @Override
            public double getLowerBound() {
                return low;
            }

            @Override
            public double getUpperBound() {
                return high;
            }

            @Override
            public Paint getPaint(double value) {
                return at((value - low) / (high - low));
            }
        };
    }
}
