package org.flowprior.plot;

import java.awt.Color;
import java.awt.Stroke;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Arrays;
import java.util.Locale;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.plot.DatasetRenderingOrder;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.DefaultXYDataset;

/** Two curves over the same steps with an axis each: panel (c) of Figure 3 and the panels of Figure 4. */
public final class CurvesPanel {

    private CurvesPanel() {}

    /**
     * Returns the panel with the steps on a logarithmic axis.
     *
     * @param steps      numbers of the steps of the left curve, positive and rising
     * @param left       its axis on the left, drawn solid and blue
     * @param rightSteps numbers of the steps of the right curve, in the range of the others
     * @param right      its axis on the right, drawn dashed and red
     */
    static JFreeChart of(String title, String stepsLabel, double[] steps, String leftLabel, double[] left,
            double[] rightSteps, String rightLabel, double[] right) {
        LogAxis domain = Style.apply(new LogAxis(stepsLabel));
        domain.setBase(10);
        domain.setRange(steps[0], steps[steps.length - 1]);
        DecimalFormat whole = new DecimalFormat("0", DecimalFormatSymbols.getInstance(Locale.ROOT));
        domain.setTickUnit(new NumberTickUnit(1, whole, 9));
        domain.setMinorTickMarksVisible(true);
        domain.setMinorTickMarkOutsideLength(1.2f);
        XYPlot plot = new XYPlot(null, domain, null, null);
        add(plot, 0, leftLabel, steps, left, PointCloud.Look.DATA.color, Style.LINE);
        add(plot, 1, rightLabel, rightSteps, right, PointCloud.Look.LATENTS.color, Style.DASHED_LINE);
        return Style.chart(title, plot);
    }

    /**
     * Returns the panel with the steps on a linear axis and a dot at each value.
     *
     * @param steps numbers of the steps of both curves, rising, at least two
     * @param left  its axis on the left, drawn solid and blue
     * @param right its axis on the right, drawn dashed and red
     */
    static JFreeChart overTraining(String title, String stepsLabel, double[] steps, String leftLabel, double[] left,
            String rightLabel, double[] right) {
        NumberAxis domain = Style.apply(new NumberAxis(stepsLabel));
        double last = steps[steps.length - 1];
        double margin = 0.02 * (last - steps[0]);
        domain.setRange(steps[0] - margin, last + margin);
        domain.setTickUnit(Style.ticks(Math.max(1, Style.niceStep(last - steps[0], 5))));
        XYPlot plot = new XYPlot(null, domain, null, null);
        dots(add(plot, 0, leftLabel, steps, left, PointCloud.Look.DATA.color, Style.LINE));
        dots(add(plot, 1, rightLabel, steps, right, PointCloud.Look.LATENTS.color, Style.DASHED_LINE));
        return Style.chart(title, plot);
    }

    private static void dots(XYLineAndShapeRenderer renderer) {
        renderer.setSeriesShapesVisible(0, true);
        renderer.setSeriesShape(0, new Ellipse2D.Double(-1.2, -1.2, 2.4, 2.4));
    }

    private static XYLineAndShapeRenderer add(XYPlot plot, int index, String label, double[] steps, double[] values,
            Color color, Stroke stroke) {
        Color opaque = new Color(color.getRGB() & 0xffffff);
        NumberAxis axis = Style.apply(new NumberAxis(label));
        axis.setLabelPaint(opaque);
        axis.setTickLabelPaint(opaque);
        double low = Arrays.stream(values).min().orElseThrow();
        double high = Arrays.stream(values).max().orElseThrow();
        double margin = Math.max(0.05 * (high - low), 1e-9);
        axis.setRange(low - margin, high + margin);
        axis.setTickUnit(Style.ticks(Style.niceStep(high - low + 2 * margin, 5)));
        DefaultXYDataset curve = new DefaultXYDataset();
        curve.addSeries(label, new double[][] {steps, values});
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
        renderer.setSeriesPaint(0, opaque);
        renderer.setSeriesStroke(0, stroke);
        renderer.setDrawSeriesLineAsPath(true); // dashes continue from one step to the next
        renderer.setLegendLine(new Line2D.Double(-10, 0, 10, 0));
        plot.setDatasetRenderingOrder(DatasetRenderingOrder.FORWARD);
        plot.setDataset(index, curve);
        plot.setRenderer(index, renderer);
        plot.setRangeAxis(index, axis);
        plot.mapDatasetToRangeAxis(index, index);
        return renderer;
    }

    /**
     * Returns the mean over a window of that odd width around each value; near the ends over the widest window that
     * fits. The official curve leaves the ends out, which on a logarithmic axis hides most of it.
     */
    public static double[] smoothed(double[] values, int width) {
        double[] sums = new double[values.length + 1];
        for (int i = 0; i < values.length; i++) {
            sums[i + 1] = sums[i] + values[i];
        }
        double[] means = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            int half = Math.min(width / 2, Math.min(i, values.length - 1 - i));
            means[i] = (sums[i + half + 1] - sums[i - half]) / (2 * half + 1);
        }
        return means;
    }
}
