package org.flowprior.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Images that are drawn, for machines without data: ten classes of coloured shapes (circle, cross, star, triangle),
 * textures (checkers, dots, stripes) and digits (two, four, seven), with random place, size, turn and colours, over
 * shaded grounds with faint clutter.
 *
 * <p>Image i of a seed is the same on every machine, byte for byte, and the same picture at every size. Its label is
 * i mod 10.
 *
 * @param count images in the set, at least 1
 * @param side  pixels per side, 1 to 4096
 * @param seed  seed of all random numbers
 */
public record ProceduralImages(int count, int side, long seed) implements ImageSource {

    /** Number of images unless a specification has a count. */
    public static final int DEFAULT_COUNT = 10_000;

    /** Prefix of the last part of a specification's path. */
    public static final String SCHEME = "procedural:";

    private static final String FORM = SCHEME + "SIZE?seed=N&count=N";
    private static final Pattern SPECIFICATION = Pattern.compile(SCHEME + "(\\d{1,5})(?:\\?(.*))?");
    private static final Pattern SETTING = Pattern.compile("(seed|count)=(-?\\d{1,19})");
    private static final int LARGEST = 4096;
    private static final List<String> CLASSES = ProceduralShape.KINDS.stream()
            .map(kind -> kind.name().toLowerCase(Locale.ROOT)).toList();

    /** Throws {@link IllegalArgumentException} for numbers outside these bounds. */
    public ProceduralImages {
        if (side < 1 || side > LARGEST || count < 1) {
            throw new IllegalArgumentException("procedural images have 1 to " + LARGEST + " pixels a side, not " + side
                    + ", and there is at least one, not " + count);
        }
    }

    /** Returns whether the path is not a file's but a specification: its last part begins with {@link #SCHEME}. */
    public static boolean isSpecification(Path path) {
        return path.getFileName() != null && path.getFileName().toString().startsWith(SCHEME);
    }

    /**
     * Makes the set that a path's last part describes: {@code procedural:64}, or {@code
     * procedural:64?seed=0&count=10000}, which is the same.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static ProceduralImages of(Path specification) {
        String text = specification.getFileName().toString();
        Matcher matcher = SPECIFICATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' does not describe procedural images; " + FORM + " does");
        }
        long seed = 0;
        long count = DEFAULT_COUNT;
        for (String part : matcher.group(2) == null ? new String[0] : matcher.group(2).split("&", -1)) {
            Matcher setting = SETTING.matcher(part);
            if (!setting.matches()) {
                throw new IllegalArgumentException("'" + text + "': '" + part + "' is neither seed=N nor count=N");
            }
            long value = number(text, setting.group(2));
            if (setting.group(1).equals("seed")) {
                seed = value;
            } else {
                count = value;
            }
        }
        if (count < 1 || count > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("'" + text + "': count must be 1 to " + Integer.MAX_VALUE);
        }
        return new ProceduralImages((int) count, Integer.parseInt(matcher.group(1)), seed);
    }

    private static long number(String specification, String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + specification + "': " + digits + " is too large a number", e);
        }
    }

    @Override
    public int size() {
        return count;
    }

    @Override
    public String name(int index) {
        return String.format(Locale.ROOT, "%s/%08d", CLASSES.get(label(index)), index);
    }

    @Override
    public int label(int index) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException("image " + index + " of " + count);
        }
        return index % CLASSES.size();
    }

    @Override
    public List<String> classes() {
        return CLASSES;
    }

    @Override
    public RgbImage image(int index) {
        ProceduralShape.Kind kind = ProceduralShape.KINDS.get(label(index));
        return new ProceduralScene(kind, new ProceduralNumbers(seed, index)).draw(side);
    }
}
