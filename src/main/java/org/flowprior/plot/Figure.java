package org.flowprior.plot;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.flowprior.torch.io.AtomicFiles;
import org.jfree.chart.JFreeChart;

/** PNG files of panels, 4 x 3 inches each at 300 dots per inch. */
final class Figure {

    /** Width of a panel in pixels. */
    static final int WIDTH = 1200;
    /** Height of a panel in pixels. */
    static final int HEIGHT = 900;

    private static final double POINTS_PER_INCH = 72;
    private static final double DOTS_PER_INCH = 300;
    /** Pixels of a point, the unit of lengths in a panel. */
    static final double PIXELS_PER_POINT = DOTS_PER_INCH / POINTS_PER_INCH;

    private Figure() {}

    /** Draws a panel. */
    static BufferedImage draw(JFreeChart panel) {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = graphics(image);
        graphics.scale(PIXELS_PER_POINT, PIXELS_PER_POINT);
        panel.draw(graphics, new Rectangle2D.Double(0, 0, WIDTH / PIXELS_PER_POINT, HEIGHT / PIXELS_PER_POINT));
        graphics.dispose();
        return image;
    }

    /** Opens a picture for smooth drawing; the caller must dispose of the result. */
    static Graphics2D graphics(BufferedImage image) {
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        return graphics;
    }

    /** Fills a picture with white. Returns it opened for smooth drawing in ink; the caller must dispose of the result. */
    static Graphics2D onWhite(BufferedImage image) {
        Graphics2D graphics = graphics(image);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        graphics.setPaint(Style.INK);
        return graphics;
    }

    /** Writes drawn panels side by side. */
    static void write(Path file, BufferedImage... panels) throws IOException {
        BufferedImage image = new BufferedImage(WIDTH * panels.length, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        for (int i = 0; i < panels.length; i++) {
            graphics.drawImage(panels[i], i * WIDTH, 0, null);
        }
        graphics.dispose();
        save(file, image);
    }

    /** Writes a picture. */
    static void save(Path file, BufferedImage image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream encoded = new MemoryCacheImageOutputStream(bytes)) {
            writePng(image, encoded);
        }
        AtomicFiles.write(file, bytes::writeTo);
    }

    private static void writePng(BufferedImage image, ImageOutputStream out) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        try {
            var parameters = writer.getDefaultWriteParam();
            IIOMetadata metadata = writer.getDefaultImageMetadata(
                    ImageTypeSpecifier.createFromRenderedImage(image), parameters);
            IIOMetadataNode density = new IIOMetadataNode("pHYs");
            String dotsPerMetre = Long.toString(Math.round(DOTS_PER_INCH / 0.0254));
            density.setAttribute("pixelsPerUnitXAxis", dotsPerMetre);
            density.setAttribute("pixelsPerUnitYAxis", dotsPerMetre);
            density.setAttribute("unitSpecifier", "meter");
            IIOMetadataNode root = new IIOMetadataNode(metadata.getNativeMetadataFormatName());
            root.appendChild(density);
            metadata.mergeTree(metadata.getNativeMetadataFormatName(), root);
            writer.setOutput(out);
            writer.write(metadata, new IIOImage(image, null, metadata), parameters);
        } finally {
            writer.dispose();
        }
    }
}
