package io.dtm.bench.journal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What one rig found: rows of numbers and words, to be read and to be kept. Not thread-safe. */
final class Table {
    private final String name;
    private final String title;
    private final List<String> columns;
    private final List<List<Object>> rows = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /**
     * @param name    in the file of results.
     * @param title   what was measured and how.
     * @param columns each with its unit.
     */
    Table(final String name, final String title, final String... columns) {
        this.name = name;
        this.title = title;
        this.columns = List.of(columns);
    }

    String name() {
        return name;
    }

    /** @param cells of one row: numbers or words, in the columns' order. */
    Table row(final Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns);
        }
        rows.add(Arrays.asList(cells));
        return this;
    }

    Table note(final String note) {
        notes.add(note);
        return this;
    }

    int size() {
        return rows.size();
    }

    Object cell(final int row, final String column) {
        return rows.get(row).get(columns.indexOf(column));
    }

    String text() {
        final List<List<String>> lines = new ArrayList<>();
        lines.add(columns);
        rows.forEach(row -> lines.add(row.stream().map(Table::readable).toList()));
        final StringBuilder text = new StringBuilder("\n## ").append(title).append("\n\n");
        for (int line = 0; line < lines.size(); line++) {
            for (int column = 0; column < columns.size(); column++) {
                final int width = width(lines, column);
                text.append("| ").append(padded(lines.get(line).get(column), width, column == 0)).append(' ');
            }
            text.append("|\n");
            if (line == 0) {
                for (int column = 0; column < columns.size(); column++) {
                    text.append('|').append("-".repeat(width(lines, column) + 2));
                }
                text.append("|\n");
            }
        }
        notes.forEach(note -> text.append("- ").append(note).append('\n'));
        return text.toString();
    }

    String json() {
        final List<String> objects = new ArrayList<>();
        for (final List<Object> row : rows) {
            final List<String> fields = new ArrayList<>();
            for (int column = 0; column < columns.size(); column++) {
                fields.add(quoted(columns.get(column)) + ": " + json(row.get(column)));
            }
            objects.add("      {" + String.join(", ", fields) + "}");
        }
        return "    " + quoted(name) + ": {\n      \"title\": " + quoted(title)
            + ",\n      \"notes\": [" + String.join(", ", notes.stream().map(Table::quoted).toList())
            + "],\n      \"rows\": [\n" + String.join(",\n", objects) + "\n      ]\n    }";
    }

    static String quoted(final String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    private static String json(final Object cell) {
        if (cell instanceof Double number) {
            return Double.isFinite(number) ? String.format(Locale.ROOT, "%.4f", number) : "null";
        }
        return cell instanceof Number ? cell.toString() : quoted(String.valueOf(cell));
    }

    private static String readable(final Object cell) {
        if (cell instanceof Double number) {
            final double size = Math.abs(number);
            return String.format(Locale.ROOT, size >= 1_000 ? "%,.0f" : size >= 100 ? "%.1f" : "%.2f", number);
        }
        return cell instanceof Number ? String.format(Locale.ROOT, "%,d", cell) : String.valueOf(cell);
    }

    private static int width(final List<List<String>> lines, final int column) {
        return lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0);
    }

    private static String padded(final String text, final int width, final boolean isLeft) {
        final String space = " ".repeat(width - text.length());
        return isLeft ? text + space : space + text;
    }
}
