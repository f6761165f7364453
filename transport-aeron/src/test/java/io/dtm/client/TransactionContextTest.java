package io.dtm.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransactionContextTest {
    private static final String TEXT =
        "1-00000000c0ffee00-0000000700000001-fbd1e995a1b2c3d4-58000";

    @Test
    void shouldReadWhatItWrote() {
        final TransactionContext context =
            new TransactionContext(0xC0FFEE00L, 7L << 32 | 1, 0xFBD1E995A1B2C3D4L, 58_000);

        assertEquals(TEXT, context.toText());
        assertEquals(context, TransactionContext.parse(TEXT));
    }

    @Test
    void shouldNotShowTheJoinTokenInLogs() {
        assertFalse(TransactionContext.parse(TEXT).toString().contains("fbd1e995"));
    }

    @ParameterizedTest
    @CsvSource(nullValues = "null", value = {
        "null",
        "''",
        "2-00000000c0ffee00-0000000700000001-fbd1e995a1b2c3d4-58000",
        "1-00000000c0ffee00-0000000700000001-fbd1e995a1b2c3d4",
        "1-00000000c0ffee00-0000000700000001-fbd1e995a1b2c3d4-1-2",
        "1-c0ffee00-0000000700000001-fbd1e995a1b2c3d4-58000",
        "1-00000000c0ffee00-000000070000000X-fbd1e995a1b2c3d4-58000",
        "1-00000000c0ffee00-0000000700000001-FBD1E995A1B2C3D4-58000",
        "1-00000000c0ffee00-0000000700000001-fbd1e995a1b2c3d4-",
        "1-00000000c0ffee00-0000000700000001-fbd1e995a1b2c3d4-9999999999",
        "1-00000000c0ffee00-0000000700000001-fbd1e995a1b2c3d4-+1"})
    void shouldSayThatATextIsNoContext(final String text) {
        final IllegalArgumentException ex =
            assertThrows(IllegalArgumentException.class, () -> TransactionContext.parse(text));
        assertTrue(ex.getMessage().contains("transaction context"), ex.getMessage());
    }

    @Test
    void shouldNotRepeatTheSecretWhenATextIsWrong() {
        final IllegalArgumentException ex = assertThrows(IllegalArgumentException.class,
            () -> TransactionContext.parse(TEXT + "x"));
        assertFalse(ex.getMessage().contains("fbd1e995"));
    }
}
