package org.flowprior.cli.sample;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.flowprior.config.RequestException;
import org.flowprior.generate.ClassLabels;
import picocli.CommandLine.Option;

/** The options of {@code sample} for the classes of the images. */
final class ClassOptions {

    private static final String ALL = "all";
    private static final Pattern PART = Pattern.compile("(\\d{1,9})(?:-(\\d{1,9}))?");

    @Option(names = "--classes", paramLabel = "LIST", defaultValue = ALL,
            description = "numbers and ranges such as 207,360,0-9, or all (default: ${DEFAULT-VALUE})")
    private String classes;

    @Option(names = {"-n", "--count"}, paramLabel = "N",
            description = "number of images, a multiple of the classes (default: one of each class)")
    private Integer count;

    /** Returns the labels for a generator that has this number of classes. */
    ClassLabels labels(long known) {
        List<Integer> chosen = classes.equals(ALL) ? IntStream.range(0, Math.toIntExact(known)).boxed().toList()
                : listed(classes, known);
        int images = count == null ? chosen.size() : count;
        if (images % chosen.size() != 0) {
            int fewer = images / chosen.size() * chosen.size();
            throw new RequestException("--count " + images + " does not give " + chosen.size()
                    + " classes the same number of images; " + (fewer > 0 ? fewer + " or " : "")
                    + ((long) fewer + chosen.size()) + " does");
        }
        return new ClassLabels(chosen, images / chosen.size());
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
                        + part.strip() + "' is not among them");
            }
            for (int number = first; number <= last; number++) {
                if (!classes.add(number)) {
                    throw new RequestException("--classes names class " + number + " twice");
                }
            }
        }
        return List.copyOf(classes);
    }
}
