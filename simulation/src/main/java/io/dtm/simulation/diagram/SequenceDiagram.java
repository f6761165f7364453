package io.dtm.simulation.diagram;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A sequence diagram in text: a column for each actor, a line for each message and for each thing that befalls one.
 * Lines grow to the right only as far as what they say needs.
 */
public final class SequenceDiagram {
    /** Of a column: the longest usual message fits. */
    private static final int WIDTH = 26;
    /** Two spaces around a message, two characters of its line on either side, and the column. */
    private static final int AROUND = 7;
    private static final int FIRST_COLUMN = 8;

    private final List<String> actors;
    private final List<String> lines = new ArrayList<>();

    /** @param actors from left to right; whoever else is named later gets a column at the right end. */
    public SequenceDiagram(final List<String> actors) {
        this.actors = new ArrayList<>(actors);
    }

    /**
     * Somebody tells somebody something.
     *
     * @param from who.
     * @param to   whom.
     * @param text what, one line.
     * @return this.
     */
    public SequenceDiagram message(final String from, final String to, final String text) {
        final int start = column(from);
        final int end = column(to);
        if (start == end) {
            return note(from, text);
        }
        final int left = Math.min(start, end);
        final int right = Math.max(start, end);
        final char[] line = lifelines(right);
        Arrays.fill(line, left + 1, right, '-');
        line[end > start ? right - 1 : left + 1] = end > start ? '>' : '<';
        final int room = right - left - AROUND;
        final String label = " " + (text.length() > room ? text.substring(0, Math.max(0, room)) : text) + " ";
        final int at = left + 1 + (right - left - 1 - label.length()) / 2;
        for (int i = 0; i < label.length(); i++) {
            line[at + i] = label.charAt(i);
        }
        return add(line, text.length() > room ? "  " + text : "");
    }

    /**
     * Something befalls somebody.
     *
     * @param actor whom.
     * @param text  what, one line.
     * @return this.
     */
    public SequenceDiagram note(final String actor, final String text) {
        final int at = column(actor);
        final char[] line = lifelines(at);
        line[at] = '*';
        final String behind = new String(line).substring(0, at + 1) + " " + text;
        lines.add(overlaid(behind, lifelines(column(actors.get(actors.size() - 1)))));
        return this;
    }

    /** @return the lines, the actors' names first. */
    public List<String> lines() {
        final char[] head = new char[column(actors.get(actors.size() - 1)) + WIDTH];
        Arrays.fill(head, ' ');
        for (final String actor : actors) {
            final int at = column(actor) - actor.length() / 2;
            for (int i = 0; i < actor.length(); i++) {
                head[at + i] = actor.charAt(i);
            }
        }
        final List<String> all = new ArrayList<>();
        all.add(new String(head).stripTrailing());
        all.addAll(lines);
        return all;
    }

    private int column(final String actor) {
        if (!actors.contains(actor)) {
            actors.add(actor);
        }
        return FIRST_COLUMN + actors.indexOf(actor) * WIDTH;
    }

    private char[] lifelines(final int atLeast) {
        final char[] line = new char[Math.max(atLeast, column(actors.get(actors.size() - 1))) + 1];
        Arrays.fill(line, ' ');
        for (final String actor : actors) {
            line[column(actor)] = '|';
        }
        return line;
    }

    private SequenceDiagram add(final char[] line, final String behind) {
        lines.add(new String(line) + behind);
        return this;
    }

    /** The text, and what of the lifelines goes beyond it. */
    private static String overlaid(final String text, final char[] lifelines) {
        final StringBuilder line = new StringBuilder(text);
        for (int i = text.length(); i < lifelines.length; i++) {
            line.append(i == text.length() ? ' ' : lifelines[i]);
        }
        return line.toString().stripTrailing();
    }
}
