package org.flowprior.plot;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.IntStream;
import org.flowprior.train.toy.AlignedLatents;

/** The latents during the alignment, from left to right, over the NLL and the data: Figure 6. */
final class EvolutionStrip {

    static final int FRAMES = 10;
    /** Pixels of a frame's side. */
    static final int SIDE = 450;
    /** Pixels between frames and around them. */
    static final int GAP = 15;
    /** Pixels above the frames. */
    static final int HEADING = 60;
    private static final Font STEPS = Style.LABELS.deriveFont((float) (9 * Figure.PIXELS_PER_POINT));

    private EvolutionStrip() {}

    /** Returns the ten of 21 snapshots that the figure shows: 0, 2, 4, 6, 8, 11, 13, 15, 17, 20; all if there are fewer. */
    static List<AlignedLatents.Snapshot> chosen(List<AlignedLatents.Snapshot> snapshots) {
        int count = Math.min(FRAMES, snapshots.size());
        return IntStream.range(0, count)
                .mapToObj(i -> snapshots.get(count == 1 ? 0 : i * (snapshots.size() - 1) / (count - 1))).toList();
    }

    /** Draws the strip. Points outside the map are left out. */
    static BufferedImage draw(HeatMap map, PointCloud data, List<AlignedLatents.Snapshot> snapshots) {
        BufferedImage strip = new BufferedImage(GAP + snapshots.size() * (SIDE + GAP), HEADING + SIDE + GAP,
                BufferedImage.TYPE_INT_RGB);
        BufferedImage background = map.image(SIDE, SIDE);
        Graphics2D graphics = Figure.onWhite(strip);
        graphics.setFont(STEPS);
        for (int i = 0; i < snapshots.size(); i++) {
            int left = GAP + i * (SIDE + GAP);
            graphics.drawString("step " + snapshots.get(i).step(), left, HEADING - 18);
            Graphics2D frame = (Graphics2D) graphics.create(left, HEADING, SIDE, SIDE);
            frame.drawImage(background, 0, 0, null);
            draw(frame, map, data);
            draw(frame, map, latents(snapshots.get(i)));
            frame.dispose();
        }
        graphics.dispose();
        return strip;
    }

    /** Returns the latents of a snapshot. */
    static PointCloud latents(AlignedLatents.Snapshot snapshot) {
        float[] points = snapshot.points();
        return PointCloud.of("latents", PointCloud.Look.LATENTS,
                IntStream.range(0, points.length).mapToDouble(i -> points[i]).toArray());
    }

    private static void draw(Graphics2D frame, HeatMap map, PointCloud cloud) {
        double left = map.x()[0];
        double bottom = map.y()[0];
        double width = map.x()[map.x().length - 1] - left;
        double height = map.y()[map.y().length - 1] - bottom;
        frame.setColor(cloud.look().color);
        for (int i = 0; i < cloud.x().length; i++) {
            double u = (cloud.x()[i] - left) / width;
            double v = (cloud.y()[i] - bottom) / height;
            if (u >= 0 && u <= 1 && v >= 0 && v <= 1) {
                AffineTransform place = AffineTransform.getTranslateInstance(u * SIDE, (1 - v) * SIDE);
                place.scale(Figure.PIXELS_PER_POINT, Figure.PIXELS_PER_POINT);
                frame.fill(place.createTransformedShape(cloud.look().shape));
            }
        }
    }
}
