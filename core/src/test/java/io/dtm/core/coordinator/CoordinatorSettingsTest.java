package io.dtm.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each setting has bounds, and is refused by name beyond them. */
class CoordinatorSettingsTest {
    private static final RecordComponent[] SETTINGS = CoordinatorSettings.class.getRecordComponents();

    static Stream<Arguments> bounds() {
        return Stream.of(
            // a shorter maximum than the default timeout is refused as that
            Arguments.of("maxTimeoutMs", 60_000, 60_000),
            Arguments.of("defaultTimeoutMs", 1, 60_000),
            Arguments.of("sessionTimeoutMs", 10, 3_600_000),
            Arguments.of("maxBranches", 1, 100),
            Arguments.of("maxBranchPayloadBytes", 0, 16_384),
            Arguments.of("maxTransactionPayloadBytes", 0, 57_344),
            Arguments.of("maxTransactions", 1, 1 << 24),
            Arguments.of("maxSessions", 1, 1 << 20),
            Arguments.of("maxResources", 1, 65_000),
            Arguments.of("maxInstances", 1, 64),
            Arguments.of("maxPayloadTotalBytes", 0L, 1L << 36),
            Arguments.of("retainedOutcomes", 0, 1 << 26),
            Arguments.of("retentionMs", 0, Integer.MAX_VALUE),
            Arguments.of("resendInitialMs", 1, 5_000),
            Arguments.of("resendMaxMs", 1_000, 3_600_000),
            Arguments.of("durability", 1, 2));
    }

    @Test
    void shouldHaveBoundsForEachSetting() {
        assertEquals(
            Stream.of(SETTINGS).map(RecordComponent::getName).sorted().toList(),
            bounds().map(bound -> bound.get()[0]).sorted().toList());
    }

    @ParameterizedTest
    @MethodSource("bounds")
    void shouldTakeWhatIsWithinTheBoundsAndNothingElse(final String name, final Number min, final Number max) {
        assertDoesNotThrow(() -> with(name, min.longValue()));
        assertDoesNotThrow(() -> with(name, max.longValue()));
        assertRefused(name, min.longValue() - 1);
        if (max.longValue() < Integer.MAX_VALUE || max instanceof Long) {
            assertRefused(name, max.longValue() + 1);
        }
    }

    @Test
    void shouldTakeNoMaximumOfNothing() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> with("maxTimeoutMs", 0))
            .getMessage().startsWith("maxTimeoutMs must be 1 to 60000"));
    }

    private static void assertRefused(final String name, final long value) {
        final String message =
            assertThrows(IllegalArgumentException.class, () -> with(name, value)).getMessage();
        assertTrue(message.startsWith(name + " must be ") || message.contains(" must be ")
            && (name.equals("maxTimeoutMs") || name.equals("resendInitialMs")), message);
        assertTrue(message.contains(" to "), message);
    }

    private static void with(final String name, final long value) {
        try {
            final Object[] values = new Object[SETTINGS.length];
            for (int i = 0; i < SETTINGS.length; i++) {
                values[i] = SETTINGS[i].getAccessor().invoke(CoordinatorSettings.defaults());
                if (SETTINGS[i].getName().equals(name)) {
                    values[i] = SETTINGS[i].getType() == long.class ? (Object) value : (Object) (int) value;
                }
            }
            final Constructor<CoordinatorSettings> constructor = CoordinatorSettings.class.getConstructor(
                Arrays.stream(SETTINGS).map(RecordComponent::getType).toArray(Class[]::new));
            constructor.newInstance(values);
        } catch (final InvocationTargetException refused) {
            throw (RuntimeException) refused.getCause();
        } catch (final ReflectiveOperationException ex) {
            throw new AssertionError(ex);
        }
    }
}
