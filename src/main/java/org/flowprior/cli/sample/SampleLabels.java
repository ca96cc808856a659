package org.flowprior.cli.sample;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.flowprior.config.RequestException;

/**
 * The classes of sampled images: as many images of each, one class after the other, as the official code has them.
 *
 * @param classes   the classes' numbers, in the order asked for
 * @param perClass  images of each
 */
record SampleLabels(List<Integer> classes, int perClass) {

    private static final String ALL = "all";
    private static final Pattern PART = Pattern.compile("(\\d{1,9})(?:-(\\d{1,9}))?");

    /**
     * The labels that the options ask for.
     *
     * @param text  {@code all}, or numbers and ranges such as {@code 207,360,0-9}
     * @param count images altogether; null for one of each class
     * @param known classes that the generator has
     */
    static SampleLabels of(String text, Integer count, long known) {
        List<Integer> classes = text.equals(ALL) ? IntStream.range(0, Math.toIntExact(known)).boxed().toList()
                : listed(text, known);
        int images = count == null ? classes.size() : count;
        if (images % classes.size() != 0) {
            int fewer = images / classes.size() * classes.size();
            throw new RequestException("--count " + images + " does not give " + classes.size()
                    + " classes the same number of images; " + (fewer > 0 ? fewer + " or " : "")
                    + ((long) fewer + classes.size()) + " does");
        }
        return new SampleLabels(classes, images / classes.size());
    }

    private static List<Integer> listed(String text, long known) {
        Set<Integer> classes = new LinkedHashSet<>();
        for (String part : text.split(",", -1)) {
            Matcher matcher = PART.matcher(part.strip());
            if (!matcher.matches()) {
                throw new RequestException("--classes takes all, or numbers and ranges such as 207,360,0-9, not '"
                        + text + "'");
            }
            int first = Integer.parseInt(matcher.group(1));
            int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
            if (last < first || last >= known) {
                throw new RequestException("--classes: the generator has classes 0 to " + (known - 1) + ", so '"
                        + part.strip() + "' is none of them");
            }
            for (int number = first; number <= last; number++) {
                if (!classes.add(number)) {
                    throw new RequestException("--classes names class " + number + " twice");
                }
            }
        }
        return List.copyOf(classes);
    }

    /** Images altogether. */
    int count() {
        return classes.size() * perClass;
    }

    /** The class of an image. */
    int label(int image) {
        return classes.get(image / perClass);
    }
}
