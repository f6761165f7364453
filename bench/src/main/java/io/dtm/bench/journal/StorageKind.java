package io.dtm.bench.journal;

import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.MappedStorage;
import io.dtm.core.storage.StagedStorage;
import java.nio.file.Path;
import java.util.Locale;

/** Which storage is measured. */
enum StorageKind {
    /** The segments themselves are mapped. */
    MAPPED,
    /** Records are put into shared memory, a force writes them to the segments. */
    STAGED;

    JournalStorage open(final Path directory) {
        return switch (this) {
            case MAPPED -> new MappedStorage(directory);
            case STAGED -> new StagedStorage(directory, StagedStorage.DEFAULT_TAIL_DIRECTORY);
        };
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static StorageKind of(final String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
