package org.flowprior.plot;

import java.awt.Color;
import java.awt.geom.AffineTransform;
import java.util.List;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.DatasetRenderingOrder;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.title.PaintScaleLegend;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.DefaultXYDataset;

/** A heat map with points on it and a colour bar on the right: panels (a) and (b) of Figure 3. */
final class HeatMapPanel {

    private static final int PIXELS = 600;

    private HeatMapPanel() {}

    /**
     * Returns the panel.
     *
     * @param barLabel the quantity that the colours show
     * @param barTick  distance of the colour bar's ticks; 0 for one that fits
     * @param clouds   drawn in this order
     */
    static JFreeChart of(String title, HeatMap map, String barLabel, double barTick, List<PointCloud> clouds) {
        XYPlot plot = new XYPlot(null, axis("y₁", map.x()), axis("y₂", map.y()), null);
        plot.setBackgroundImage(map.image(PIXELS, PIXELS));
        plot.setBackgroundImageAlpha(1);
        plot.setDatasetRenderingOrder(DatasetRenderingOrder.FORWARD);
        for (int i = 0; i < clouds.size(); i++) {
            add(plot, i, clouds.get(i));
        }
        JFreeChart chart = Style.chart(title, plot);
        chart.addSubtitle(0, bar(map.minimum(), map.maximum(), barLabel, barTick));
        return chart;
    }

    private static NumberAxis axis(String label, double[] positions) {
        NumberAxis axis = Style.apply(new NumberAxis(label));
        double span = positions[positions.length - 1] - positions[0];
        axis.setRange(positions[0], positions[positions.length - 1]);
        axis.setTickUnit(Style.ticks(Math.max(1, Style.niceStep(span, 6))));
        return axis;
    }

    private static void add(XYPlot plot, int index, PointCloud cloud) {
        DefaultXYDataset points = new DefaultXYDataset();
        points.addSeries(cloud.label(), new double[][] {cloud.x(), cloud.y()});
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(false, true);
        renderer.setSeriesShape(0, cloud.look().shape);
        renderer.setSeriesPaint(0, cloud.look().color);
        renderer.setSeriesShapesFilled(0, true);
        renderer.setDrawOutlines(false);
        renderer.setLegendShape(0, AffineTransform.getScaleInstance(1.6, 1.6)
                .createTransformedShape(cloud.look().shape));
        plot.setDataset(index, points);
        plot.setRenderer(index, renderer);
    }

    private static PaintScaleLegend bar(double low, double high, String label, double tick) {
        NumberAxis axis = Style.apply(new NumberAxis(label));
        axis.setRange(low, high);
        axis.setTickUnit(Style.ticks(tick > 0 ? tick : Style.niceStep(high - low, 5)));
        PaintScaleLegend bar = new PaintScaleLegend(ColorMap.between(low, high), axis);
        bar.setSubdivisionCount(256);
        bar.setPosition(RectangleEdge.RIGHT);
        bar.setAxisLocation(AxisLocation.TOP_OR_RIGHT);
        bar.setStripWidth(8);
        bar.setAxisOffset(0);
        bar.setStripOutlineVisible(false);
        bar.setBackgroundPaint(Color.WHITE);
        bar.setMargin(new RectangleInsets(1.4, 0, 48.2, 2));
        return bar;
    }
}
