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
        for (final Field one : fields) {
            if (one.name().equals(field)) {
                if (one.value() instanceof Value.Id id) {
                    return id.value();
                }
                return one.value() instanceof Value.Number number ? number.value() : otherwise;
            }
        }
        return otherwise;
    }
}
