package io.dtm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.coordinator.CoordinatorSettings;
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

        final IllegalArgumentException refused =
            assertThrows(IllegalArgumentException.class, ServerSetting::coordinatorSettings);

        assertTrue(refused.getMessage().contains("maxTimeoutMs must be 1 to 60000"), refused.getMessage());
    }

    @Test
    void shouldNameTheSettingThatIsNoNumber() {
        System.setProperty("dtm.max.sessions", "many");

        final IllegalArgumentException refused =
            assertThrows(IllegalArgumentException.class, ServerSetting::coordinatorSettings);

        assertTrue(refused.getMessage().contains("dtm.max.sessions"), refused.getMessage());
    }

    @Test
    void shouldRefuseADurabilityThatItDoesNotKnow() {
        System.setProperty("dtm.durability", "maybe");

        assertThrows(IllegalArgumentException.class, ServerSetting::isForced);
    }
}
