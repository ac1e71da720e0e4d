package dev.millrace.cli;

import java.util.Collection;

/** Guesses what was meant by a word that does not exist. */
final class Nearest {
    private static final int EDITS_MAX = 2;

    private Nearest() {}

    /** {@code "; did you mean --port?"}, or nothing when no candidate is near. */
    static String hint(String word, Collection<String> candidates) {
        String best = "";
        int bestEdits = EDITS_MAX + 1;
        for (String candidate : candidates) {
            boolean isBegun = word.length() > 3 && candidate.startsWith(word);
            int edits = isBegun ? EDITS_MAX : edits(word, candidate);
            if (edits < bestEdits && edits < candidate.length()) {
                best = candidate;
                bestEdits = edits;
            }
        }
        return best.isEmpty() ? "" : "; did you mean " + best + "?";
    }

    /** Letters to insert, drop, replace or swap with a neighbour to get from one to the other. */
    static int edits(String from, String to) {
        int[][] cost = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                cost[i][j] = i == 0 || j == 0 ? i + j : cell(cost, from, to, i, j);
            }
        }
        return cost[from.length()][to.length()];
    }

    private static int cell(int[][] cost, String from, String to, int i, int j) {
        boolean isSame = from.charAt(i - 1) == to.charAt(j - 1);
        int least = Math.min(cost[i - 1][j], cost[i][j - 1]) + 1;
        least = Math.min(least, cost[i - 1][j - 1] + (isSame ? 0 : 1));
        boolean isSwap =
                i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1);
        return isSwap ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
    }
}
