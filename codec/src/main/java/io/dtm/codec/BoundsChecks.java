package io.dtm.codec;

import org.agrona.DirectBuffer;

/**
 * Refuses to run without Agrona's bounds checks. {@link FrameValidator} makes sure that no decoder leaves its frame;
 * the checks are the second defence, for the day on which it is wrong: without them, bytes from outside could read and
 * overwrite any memory of the process, and what they overwrite may be the journal. Any thread.
 */
public final class BoundsChecks {
    private BoundsChecks() {
    }

    /**
     * To be called once at start-up, before a port is opened or a file is mapped.
     *
     * @throws IllegalStateException if they are switched off: says by which property, and what to do.
     */
    public static void requireEnabled() {
        if (!DirectBuffer.SHOULD_BOUNDS_CHECK) {
            throw new IllegalStateException(
                "Agrona's bounds checks are switched off: bytes from the network could overwrite memory."
                    + " Start without -D" + DirectBuffer.DISABLE_BOUNDS_CHECKS_PROP_NAME + "=true");
        }
    }
}
