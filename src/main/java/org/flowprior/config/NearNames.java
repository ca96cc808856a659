package org.flowprior.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that somebody meant who typed another one. */
public final class NearNames {

    private NearNames() {}

    /**
     * Returns the known name that is nearest to the typed one, if it is near, with at most one letter in three wrong, and
     * if no other is as near. Of names with dots, the parts behind the last one must be near, and the whole names decide
     * between them.
     */
    public static Optional<String> find(String typed, Collection<String> known) {
        String end = last(typed);
        Comparator<String> nearest = Comparator.<String>comparingInt(name -> edits(end, last(name)))
                .thenComparingInt(name -> edits(typed, name));
        List<String> near = known.stream().filter(name -> edits(end, last(name)) <= (end.length() + 2) / 3
                && edits(end, last(name)) < end.length()).sorted(nearest).limit(2).toList();
        boolean one = near.size() == 1 || near.size() == 2 && nearest.compare(near.get(0), near.get(1)) < 0;
        return one ? Optional.of(near.getFirst()) : Optional.empty();
    }

    private static String last(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** Returns the letters to insert, leave out, replace or swap with their neighbour, without regard to case. */
    private static int edits(String first, String second) {
        String a = first.toLowerCase(Locale.ROOT);
        String b = second.toLowerCase(Locale.ROOT);
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    edits[i][j] = i + j;
                    continue;
                }
                int replaced = edits[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                edits[i][j] = Math.min(replaced, Math.min(edits[i - 1][j], edits[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
                }
            }
        }
        return edits[a.length()][b.length()];
    }
}
