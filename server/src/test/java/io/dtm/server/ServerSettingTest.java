package io.dtm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.transport.aeron.AeronInstanceContext;
import io.dtm.transport.aeron.AeronServerContext;
import io.dtm.transport.aeron.EmbeddedDriverContext;
import io.dtm.transport.aeron.TransportChannels;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServerSettingTest {
    @AfterEach
    void clear() {
        for (final ServerSetting setting : ServerSetting.values()) {
            System.clearProperty(setting.property());
        }
    }

    @Test
    void shouldHaveTheCoordinatorsDefaults() {
        assertEquals(CoordinatorSettings.defaults(), ServerSetting.coordinatorSettings());
    }

    @Test
    void shouldTakeUnits() {
        System.setProperty("dtm.transaction.timeout", "1500ms");
        System.setProperty("dtm.max.branch.payload", "2k");

        final CoordinatorSettings settings = ServerSetting.coordinatorSettings();

        assertEquals(1500, settings.defaultTimeoutMs());
        assertEquals(2048, settings.maxBranchPayloadBytes());
    }

    @Test
    void shouldNameTheSettingThatIsOutOfRange() {
        System.setProperty("dtm.transaction.timeout.max", "61s");

        final SettingException refused =
            assertThrows(SettingException.class, ServerSetting::coordinatorSettings);

        assertEquals("dtm.transaction.timeout.max=61s: maxTimeoutMs must be 1 to 60000: 61000", refused.getMessage());
    }

    @Test
    void shouldNameTheSettingThatIsNoNumber() {
        System.setProperty("dtm.max.sessions", "many");

        final SettingException refused =
            assertThrows(SettingException.class, ServerSetting::coordinatorSettings);

        assertTrue(refused.getMessage().contains("dtm.max.sessions"), refused.getMessage());
    }

    @Test
    void shouldRefuseADurabilityThatItDoesNotKnow() {
        System.setProperty("dtm.durability", "maybe");

        assertThrows(SettingException.class, ServerSetting::isForced);
    }

    @Test
    void shouldMapOrStageTheJournalAsItIsAskedTo() {
        System.setProperty("dtm.journal.storage", "mapped");
        assertFalse(isStaged());
        System.setProperty("dtm.journal.storage", "staged");
        assertTrue(isStaged());
    }

    @Test
    void shouldStageTheJournalWhereThereIsMemoryForIt() {
        assumeTrue(Files.isDirectory(Path.of("/dev/shm")), "no shared memory here");
        ServerSetting.settle();
        assertTrue(isStaged());
    }

    @Test
    void shouldMapTheJournalWhereThereIsNotEnoughMemoryForATail() {
        System.setProperty("dtm.journal.tail.length", Long.toString(Long.MAX_VALUE / 2));
        ServerSetting.settle();
        assertFalse(isStaged());
    }

    @Test
    void shouldStageTheJournalWhenATailsDirectoryIsNamed() {
        assumeTrue(Files.isDirectory(Path.of("/dev/shm")), "no shared memory here");
        System.setProperty("dtm.journal.tail.length", Long.toString(Long.MAX_VALUE / 2));
        System.setProperty("dtm.journal.tail.directory", "/dev/shm");
        ServerSetting.settle();
        assertTrue(isStaged());
    }

    private static boolean isStaged() {
        return ServerSetting.storage(Path.of("journal")).isStaged();
    }

    @Test
    void shouldRefuseATailOnADisk() throws IOException {
        final Path here = Path.of("").toAbsolutePath();
        assumeFalse(Files.getFileStore(here).type().equals("tmpfs"), "this checkout is in memory");
        System.setProperty("dtm.journal.storage", "staged");
        System.setProperty("dtm.journal.tail.directory", here.toString());

        final SettingException refused =
            assertThrows(SettingException.class, () -> ServerSetting.storage(Path.of("journal")));

        assertTrue(refused.getMessage().contains("must be in memory"), refused.getMessage());
    }

    @Test
    void shouldRefuseABoundThatCheckpointsCannotHold() {
        System.setProperty("dtm.journal.segment.length", "1m");
        System.setProperty("dtm.checkpoint.interval", "4m");
        System.setProperty("dtm.journal.max.length", "13m");
        assertEquals(13L << 20, ServerSetting.maxJournalLength());
        System.setProperty("dtm.journal.max.length", "12m");
        assertThrows(SettingException.class, ServerSetting::maxJournalLength);
        System.setProperty("dtm.journal.max.length", "0");
        assertEquals(0, ServerSetting.maxJournalLength());
        System.setProperty("dtm.checkpoint.interval", "0");
        System.setProperty("dtm.journal.max.length", "5m");
        assertEquals(5L << 20, ServerSetting.maxJournalLength());
    }

    @Test
    void shouldKnowEveryPropertyThatTheTransportReads() throws ReflectiveOperationException {
        final List<Class<?>> contexts = List.of(
            TransportChannels.class, AeronServerContext.class, EmbeddedDriverContext.class, AeronInstanceContext.class);
        for (final Class<?> context : contexts) {
            for (final Field field : context.getDeclaredFields()) {
                if (field.getName().endsWith("_PROP")) {
                    final String property = (String) field.get(null);
                    assertTrue(ServerSetting.isKnown(property), property);
                }
            }
        }
    }

    @Test
    void shouldTellTheDefaultsThatTheTransportHas() {
        assertDefault(AeronServerContext.CONNECT_TIMEOUT_DEFAULT_NS, ServerSetting.CONNECT_TIMEOUT);
        assertDefault(AeronServerContext.CHALLENGE_TIMEOUT_DEFAULT_NS, ServerSetting.CHALLENGE_TIMEOUT);
        assertDefault(AeronServerContext.MAX_LINKS_DEFAULT, ServerSetting.MAX_LINKS);
        assertDefault(AeronServerContext.MAX_UNAUTHENTICATED_DEFAULT, ServerSetting.MAX_UNAUTHENTICATED);
        assertDefault(TransportChannels.INGRESS_STREAM_ID_DEFAULT, ServerSetting.INGRESS_STREAM);
        assertDefault(TransportChannels.TERM_LENGTH_DEFAULT, ServerSetting.TERM_LENGTH);
        assertDefault(TransportChannels.LINGER_DEFAULT_NS, ServerSetting.LINGER);
        assertDefault(AeronInstanceContext.RETRY_INTERVAL_DEFAULT_NS, ServerSetting.RETRY_INTERVAL);
        assertDefault(EmbeddedDriverContext.CLIENT_LIVENESS_TIMEOUT_DEFAULT_NS, ServerSetting.DRIVER_CLIENT_LIVENESS);
        assertDefault(EmbeddedDriverContext.IMAGE_LIVENESS_TIMEOUT_DEFAULT_NS, ServerSetting.DRIVER_IMAGE_LIVENESS);
        assertDefault(EmbeddedDriverContext.MAX_TERM_LENGTH_DEFAULT, ServerSetting.DRIVER_MAX_TERM_LENGTH);
        assertDefault(EmbeddedDriverContext.DRIVER_TIMEOUT_DEFAULT_MS, ServerSetting.DRIVER_TIMEOUT);
    }

    private static void assertDefault(final long expected, final ServerSetting setting) {
        assertEquals(expected, switch (setting.kind()) {
            case DURATION -> SettingKind.durationNs(setting.property(), setting.defaultText());
            case SIZE -> SettingKind.size(setting.property(), setting.defaultText());
            default -> SettingKind.number(setting.property(), setting.defaultText());
        }, setting.property());
    }
}
