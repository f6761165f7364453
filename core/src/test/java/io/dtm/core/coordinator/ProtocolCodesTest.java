package io.dtm.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dtm.codec.message.AbortReason;
import io.dtm.codec.message.AckResult;
import io.dtm.codec.message.Acknowledge;
import io.dtm.codec.message.CloseReason;
import io.dtm.codec.message.DecisionCause;
import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.DurabilityLevel;
import io.dtm.codec.message.OnePhaseResult;
import io.dtm.codec.message.OutcomeStage;
import io.dtm.codec.message.OutcomeType;
import io.dtm.codec.message.RejectCode;
import io.dtm.codec.message.VoteType;
import java.lang.reflect.Field;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The coordinator's raw values are the schema's. */
class ProtocolCodesTest {
    static Stream<Arguments> enumerations() {
        return Stream.of(
            Arguments.of(ProtocolCodes.Vote.class, VoteType.class),
            Arguments.of(ProtocolCodes.Decision.class, DecisionType.class),
            Arguments.of(ProtocolCodes.Cause.class, DecisionCause.class),
            Arguments.of(ProtocolCodes.Ack.class, AckResult.class),
            Arguments.of(ProtocolCodes.OnePhase.class, OnePhaseResult.class),
            Arguments.of(ProtocolCodes.Stage.class, Acknowledge.class),
            Arguments.of(ProtocolCodes.Stage.class, OutcomeStage.class),
            Arguments.of(ProtocolCodes.Outcome.class, OutcomeType.class),
            Arguments.of(ProtocolCodes.Reason.class, AbortReason.class),
            Arguments.of(ProtocolCodes.Close.class, CloseReason.class),
            Arguments.of(ProtocolCodes.Reject.class, RejectCode.class));
    }

    @ParameterizedTest
    @MethodSource("enumerations")
    void shouldHaveTheSchemasValues(final Class<?> codes, final Class<? extends Enum<?>> schema) throws Exception {
        for (final Field field : codes.getFields()) {
            final Object value = schema.getMethod("valueOf", String.class).invoke(null, field.getName());
            final Number raw = (Number) schema.getMethod("value").invoke(value);
            assertEquals(raw.intValue(), field.getInt(null), codes.getSimpleName() + "." + field.getName());
        }
    }

    @Test
    void shouldHaveTheSchemasDurabilityLevels() {
        assertEquals(DurabilityLevel.APPEND.value(), CoordinatorSettings.DURABILITY_APPEND);
        assertEquals(DurabilityLevel.FORCE.value(), CoordinatorSettings.DURABILITY_FORCE);
    }

    @Test
    void shouldHaveTheSchemasTemplateIds() throws Exception {
        for (final Field field : ProtocolCodes.Template.class.getFields()) {
            final StringBuilder name = new StringBuilder("io.dtm.codec.message.");
            for (final String word : field.getName().split("_")) {
                name.append(word.charAt(0)).append(word.substring(1).toLowerCase(java.util.Locale.ROOT));
            }
            final Field templateId = Class.forName(name + "Decoder").getField("TEMPLATE_ID");
            assertEquals(templateId.getInt(null), field.getInt(null), field.getName());
        }
    }
}
