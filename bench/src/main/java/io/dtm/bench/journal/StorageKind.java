package io.dtm.bench.journal;

import io.dtm.core.journal.JournalStorage;
import io.dtm.core.journal.MappedStorage;
import java.nio.file.Path;

/** Which storage is measured. */
enum StorageKind {
    /** The segments themselves are mapped. */
    MAPPED;

    JournalStorage open(final Path directory) {
        return switch (this) {
            case MAPPED -> new MappedStorage(directory);
        };
    }

    String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
