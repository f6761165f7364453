package io.dtm.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dtm.codec.message.DurabilityLevel;
import io.dtm.codec.message.RejectCode;
import org.junit.jupiter.api.Test;

/** The public lists and the schema's are the same. */
class SchemaValuesTest {
    @Test
    void shouldNameEveryAbortReasonLikeTheSchema() {
        for (final io.dtm.codec.message.AbortReason value : io.dtm.codec.message.AbortReason.values()) {
            if (value != io.dtm.codec.message.AbortReason.NULL_VAL) {
                assertEquals(value.name(), AbortReason.of(value.value()).name());
            }
        }
        assertEquals(AbortReason.NONE, AbortReason.of(200));
    }

    @Test
    void shouldNameEveryRefusalLikeTheSchema() {
        for (final RejectCode value : RejectCode.values()) {
            if (value != RejectCode.NULL_VAL) {
                assertEquals(value.name(), Refusal.of(value.value()).name());
            }
        }
        assertEquals(Refusal.OPERATION_REFUSED, Refusal.of(999));
        assertEquals(Refusal.OPERATION_REFUSED, Refusal.of(0));
    }

    @Test
    void shouldNameEveryDurabilityAndAcknowledgementLikeTheSchema() {
        assertEquals(Durability.APPEND, Durability.of(DurabilityLevel.APPEND.value()));
        assertEquals(Durability.FORCE, Durability.of(DurabilityLevel.FORCE.value()));
        assertEquals(Durability.APPEND, Durability.of(77));
        for (final Acknowledge value : Acknowledge.values()) {
            assertEquals(value.name(), io.dtm.codec.message.Acknowledge.get((short) value.value()).name());
        }
    }
}
