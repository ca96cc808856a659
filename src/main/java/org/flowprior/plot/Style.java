package org.flowprior.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Paint;
import java.awt.Stroke;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;

/** The style of all panels. Lengths are in points; a panel has 288 x 216. */
final class Style {

    static final Font TICKS = new Font(Font.SANS_SERIF, Font.PLAIN, 8);
    static final Font LABELS = new Font(Font.SANS_SERIF, Font.PLAIN, 9);
    static final Font TITLE = new Font(Font.SANS_SERIF, Font.PLAIN, 10);
    static final Paint INK = new Color(0x33, 0x33, 0x33);
    static final Stroke LINE = new BasicStroke(1.4f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    static final Stroke DASHED_LINE = new BasicStroke(1.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1,
            new float[] {4, 2.5f}, 0);
    private static final Stroke FRAME = new BasicStroke(0.6f);
    private static final Stroke GRID = new BasicStroke(0.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 1,
            new float[] {3, 2}, 0);

    private Style() {}

    /** Returns a panel with that title, and a legend below the plot. */
    static JFreeChart chart(String title, XYPlot plot) {
        plot.setOutlineStroke(FRAME);
        plot.setOutlinePaint(INK);
        plot.setBackgroundPaint(Color.WHITE);
        plot.setDomainGridlineStroke(GRID);
        plot.setRangeGridlineStroke(GRID);
        plot.setDomainGridlinePaint(new Color(0, 0, 0, 60));
        plot.setRangeGridlinePaint(new Color(0, 0, 0, 60));
        plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
        plot.setInsets(new RectangleInsets(2, 2, 2, 6));
        JFreeChart chart = new JFreeChart(null, TITLE, plot, false);
        chart.setBackgroundPaint(Color.WHITE);
        chart.setPadding(new RectangleInsets(4, 4, 4, 4));
        chart.setTitle(new TextTitle(title, TITLE, INK, RectangleEdge.TOP, TextTitle.DEFAULT_HORIZONTAL_ALIGNMENT,
                TextTitle.DEFAULT_VERTICAL_ALIGNMENT, new RectangleInsets(2, 0, 1, 0)));
        LegendTitle legend = new LegendTitle(plot);
        legend.setPosition(RectangleEdge.BOTTOM);
        legend.setItemFont(TICKS);
        legend.setItemPaint(INK);
        legend.setBackgroundPaint(Color.WHITE);
        legend.setPadding(RectangleInsets.ZERO_INSETS);
        legend.setMargin(RectangleInsets.ZERO_INSETS);
        chart.addSubtitle(legend);
        return chart;
    }

    /** Gives an axis the style. Returns it. */
    static <A extends ValueAxis> A apply(A axis) {
        axis.setTickLabelFont(TICKS);
        axis.setTickLabelPaint(INK);
        axis.setLabelFont(LABELS);
        axis.setLabelPaint(INK);
        axis.setAxisLineVisible(false);
        axis.setTickMarkStroke(FRAME);
        axis.setTickMarkPaint(INK);
        axis.setTickMarkOutsideLength(2.5f);
        return axis;
    }

    /** Returns ticks at that distance, with as many decimals as they need and a true minus sign. */
    static NumberTickUnit ticks(double step) {
        DecimalFormatSymbols symbols = DecimalFormatSymbols.getInstance(Locale.ROOT);
        symbols.setMinusSign('−');
        int decimals = Math.max(0, (int) Math.ceil(-Math.log10(step) - 1e-9));
        DecimalFormat format = new DecimalFormat("0", symbols);
        format.setMinimumFractionDigits(decimals);
        format.setMaximumFractionDigits(decimals);
        return new NumberTickUnit(step, format);
    }

    /** Returns 1, 2 or 5 times a power of ten that divides the span into about that number of steps. */
    static double niceStep(double span, int steps) {
        double rough = span / steps;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double digit = rough / power;
        return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
    }
}
