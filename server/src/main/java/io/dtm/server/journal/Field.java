package io.dtm.server.journal;

import java.util.List;

/**
 * A field of a message.
 *
 * @param name  as in the schema.
 * @param value that it has.
 */
record Field(String name, Value value) {
    static void appendText(final List<Field> fields, final StringBuilder to) {
        for (int i = 0; i < fields.size(); i++) {
            to.append(i == 0 ? "" : " ").append(fields.get(i).name).append('=');
            fields.get(i).value.appendText(to);
        }
    }

    static void appendJson(final List<Field> fields, final StringBuilder to) {
        to.append('{');
        for (int i = 0; i < fields.size(); i++) {
            to.append(i == 0 ? "\"" : ",\"").append(fields.get(i).name).append("\":");
            fields.get(i).value.appendJson(to);
        }
        to.append('}');
    }
}
