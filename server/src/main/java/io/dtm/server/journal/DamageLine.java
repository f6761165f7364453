package io.dtm.server.journal;

import io.dtm.core.journal.JournalDamage;

/** One damage as a line. */
final class DamageLine {
    private DamageLine() {
    }

    static String of(final JournalDamage damage) {
        final String where = damage.position() == JournalDamage.NOWHERE
            ? "offset " + damage.offset()
            : "position " + damage.position() + " (offset " + damage.offset() + ")";
        return "DAMAGE " + damage.file() + ", " + where + ": " + damage.what();
    }
}
