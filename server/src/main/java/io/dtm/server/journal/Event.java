package io.dtm.server.journal;

import java.util.List;

/**
 * One event: a message; of those whose groups are the events, one element with the fields that all of them share.
 *
 * @param template of the message.
 * @param fields   in the schema's order.
 */
record Event(String template, List<Field> fields) {
    /** @return the value of a field that is an id or a number, or the other value. */
    long number(final String field, final long otherwise) {
        final Value value = value(field);
        if (value instanceof Value.Id id) {
            return id.value();
        }
        return value instanceof Value.Number number ? number.value() : otherwise;
    }

    /** @return the value of a field, or null if there is no such field. */
    Value value(final String field) {
        for (final Field one : fields) {
            if (one.name().equals(field)) {
                return one.value();
            }
        }
        return null;
    }
}
