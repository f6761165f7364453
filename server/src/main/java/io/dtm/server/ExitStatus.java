package io.dtm.server;

import io.dtm.core.ring.CoordinatorHaltedException;
import io.dtm.core.storage.JournalException;

/** How the coordinator's process ends, for scripts and supervisors. 1 and 2 are the command line's. */
enum ExitStatus {
    /** A stage failed: a bug, or no memory. Restart; what was appended is recovered. */
    STAGE_FAILED(70),
    /** The journal could not be forced or appended to: look at the disk before a restart. */
    STORAGE_FAILED(71),
    /** The journal is damaged or can't be replayed: a restart doesn't help. */
    JOURNAL_REFUSED(72),
    /** Another process owns the directory, or it is another coordinator's. */
    NOT_OWNER(73),
    /** A peer knows another history of this coordinator (rule 12): the directory is a copy. */
    OTHER_HISTORY(74);

    private final int code;

    ExitStatus(final int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static ExitStatus of(final Throwable cause) {
        if (cause instanceof CoordinatorHaltedException) {
            return OTHER_HISTORY;
        }
        if (cause instanceof JournalException failure) {
            return switch (failure.category()) {
                case FORCE_FAILED, APPEND_FAILED, NO_SPACE -> STORAGE_FAILED;
                case CORRUPT, REPLAY, CUT_REFUSED -> JOURNAL_REFUSED;
                case FOREIGN, OWNED -> NOT_OWNER;
            };
        }
        return STAGE_FAILED;
    }
}
