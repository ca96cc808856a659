package org.flowprior.plot;

import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/** Pictures below each other with a name on the left of each, such as Figure 5 with a row for each target. */
public final class FigureColumn {

    /** Width of the names in pixels. */
    static final int MARGIN = 90;

    private FigureColumn() {}

    /**
     * Writes the rows into one PNG file.
     *
     * @param rows the PNG files under their names, from top to bottom
     */
    public static void write(Path file, Map<String, Path> rows) throws IOException {
        List<BufferedImage> images = new ArrayList<>();
        for (Path row : rows.values()) {
            images.add(ImageIO.read(row.toFile()));
        }
        int width = MARGIN + images.stream().mapToInt(BufferedImage::getWidth).max().orElseThrow();
        int height = images.stream().mapToInt(BufferedImage::getHeight).sum();
        BufferedImage all = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = Figure.onWhite(all);
        graphics.setFont(Style.TITLE.deriveFont((float) (12 * Figure.PIXELS_PER_POINT)));
        int top = 0;
        Iterator<String> names = rows.keySet().iterator();
        for (BufferedImage image : images) {
            graphics.drawImage(image, MARGIN, top, null);
            name(graphics, names.next(), top, image.getHeight());
            top += image.getHeight();
        }
        graphics.dispose();
        Figure.save(file, all);
    }

    /** Writes the name upwards, in the middle of the row. */
    private static void name(Graphics2D graphics, String name, int top, int height) {
        Graphics2D turned = (Graphics2D) graphics.create();
        FontMetrics metrics = turned.getFontMetrics();
        turned.rotate(-Math.PI / 2);
        turned.drawString(name, -(top + (height + metrics.stringWidth(name)) / 2), (MARGIN + metrics.getAscent()) / 2);
        turned.dispose();
    }
}
