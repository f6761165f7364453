package io.dtm.server.journal;

import io.dtm.core.journal.inspection.JournalDamage;

/** One damage as a line, or as what a line says. */
final class DamageLine {
    private DamageLine() {
    }

    /** @return a line that says what it is. */
    static String of(final JournalDamage damage) {
        return (damage.isOtherVersion() ? "UNREADABLE " : "DAMAGE ") + withoutLabel(damage);
    }

    /** @return what stands behind a label that says what it is. */
    static String withoutLabel(final JournalDamage damage) {
        final String where = damage.position() == JournalDamage.NOWHERE
            ? "offset " + damage.offset()
            : "position " + damage.position() + " (offset " + damage.offset() + ")";
        return Value.Text.printable(damage.file()) + ", " + where + ": " + Value.Text.printable(damage.what());
    }
}
