package io.dtm.core.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.storage.MappedStorage;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class JournalContextTest {
    @Test
    void shouldMapTheDirectoryUnlessAStorageIsSet() {
        final JournalContext context = new JournalContext()
            .directory(Path.of("somewhere")).coordinatorIdSupplier(() -> 1).conclude();
        assertTrue(context.storage() instanceof MappedStorage);
        assertEquals(JournalContext.DEFAULT_SEGMENT_LENGTH, context.segmentLength());
        assertThrows(IllegalStateException.class, context::conclude);
    }

    @Test
    void shouldNameTheSettingThatIsWrong() {
        refuse("segmentLength", context -> context.segmentLength(4096));
        refuse("segmentLength", context -> context.segmentLength(1024 * 1024 + 8));
        refuse("segmentLength", context -> context.segmentLength(Integer.MAX_VALUE));
        refuse("maxFrameLength", context -> context.maxFrameLength(0));
        refuse("maxFrameLength", context -> context.maxFrameLength(64 * 1024 + 1));
        refuse("reservedSegments", context -> context.reservedSegments(0));
        refuse("unforcedBound", context -> context.unforcedBound(0));
        refuse("lowSpaceBytes", context -> context.lowSpaceBytes(-1));
        refuse("spaceRetryNs", context -> context.spaceRetryNs(-1));
        assertThrows(NullPointerException.class, () -> new JournalContext().storage(new SimulatedStorage()).conclude());
        assertThrows(NullPointerException.class, () -> new JournalContext().coordinatorIdSupplier(() -> 1).conclude());
    }

    private static void refuse(final String setting, final UnaryOperator<JournalContext> change) {
        final JournalContext context =
            new JournalContext().storage(new SimulatedStorage()).coordinatorIdSupplier(() -> 1);
        final IllegalArgumentException ex =
            assertThrows(IllegalArgumentException.class, () -> change.apply(context).conclude());
        assertTrue(ex.getMessage().startsWith(setting), ex.getMessage());
    }
}
