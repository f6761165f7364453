package io.dtm.core.journal;

import io.dtm.core.storage.FileNames;

/**
 * A checkpoint that is complete and forced, and has no name yet: only the owner of the directory gives it one.
 *
 * @param temporaryName    of its file.
 * @param replayPosition   from which replay goes on after it.
 * @param previousPosition that of the checkpoint that it was made from, which is valid; 0: from none.
 * @param lengthBytes      of the file.
 */
public record NewCheckpoint(String temporaryName, long replayPosition, long previousPosition, long lengthBytes) {
    /** Refuses what no checkpoint can be. */
    public NewCheckpoint {
        if (!FileNames.isTemporaryCheckpoint(temporaryName) || temporaryName.indexOf('/') >= 0
            || previousPosition < 0 || replayPosition <= previousPosition) {
            throw new IllegalArgumentException("no checkpoint: " + temporaryName + ", from position "
                + previousPosition + " to " + replayPosition);
        }
    }
}
