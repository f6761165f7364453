package io.dtm.core.journal.reading;

import io.dtm.codec.Templates;

/**
 * What to do with a journal that this program can't replay because another version wrote it. Nothing is damaged, and
 * nothing may be changed: docs/journal-format.md, "Versions and upgrades".
 */
public final class Upgrade {
    private static final String NEWER = "Nothing is damaged, and nothing was changed. Start the program that wrote it,"
        + " or a newer one";
    private static final String OLDER = "Nothing is damaged, and nothing was changed. Start the program that wrote it,"
        + " let no new transaction in, wait until those in flight have ended (dtm journal verify counts them), stop it,"
        + " make a checkpoint with it (dtm journal checkpoint), and upgrade then: docs/journal-format.md, \"Versions"
        + " and upgrades\"";

    private Upgrade() {
    }

    /**
     * @param isNewer whether a newer version than this one wrote it.
     * @return what an operator can do, as full sentences.
     */
    public static String advice(final boolean isNewer) {
        return isNewer ? NEWER : OLDER;
    }

    /**
     * @param version of the schema that a frame names.
     * @return why it can't be replayed, and what to do.
     */
    public static String unknownSchema(final int version) {
        return "its messages are of version " + version + " of the schema, this program knows "
            + Templates.SCHEMA_VERSION + ". " + advice(version > Templates.SCHEMA_VERSION);
    }
}
