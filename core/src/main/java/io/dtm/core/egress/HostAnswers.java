package io.dtm.core.egress;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.dtm.core.coordinator.CoordinatorOutput.Alarm;
import org.agrona.DirectBuffer;

/** What the coordinator has for its host: alarms at once, operators' answers when they are durable. */
final class HostAnswers {
    private static final Alarm[] ALARMS = Alarm.values();

    private final EgressListener listener;
    private final Lane lane;

    HostAnswers(final EgressListener listener, final LaneMemory memory) {
        this.listener = listener;
        lane = new Lane(memory);
    }

    void queue(final DirectBuffer buffer, final int offset) {
        lane.append(buffer, offset, 0);
    }

    int release(final long released) {
        int count = 0;
        while (lane.hasNext()) {
            final int at = lane.next();
            final DirectBuffer buffer = lane.buffer();
            if (OutboundDescriptor.position(buffer, at) > released) {
                break;
            }
            final int body = OutboundDescriptor.bodyOffset(at);
            final int textLength = OutboundDescriptor.bodyLength(buffer, at) - EgressEncoder.ANSWER_TEXT_OFFSET;
            final String text =
                buffer.getStringWithoutLengthAscii(body + EgressEncoder.ANSWER_TEXT_OFFSET, textLength);
            listener.onOperatorAnswered(
                buffer.getLong(body, LITTLE_ENDIAN),
                buffer.getInt(body + EgressEncoder.ANSWER_CODE_OFFSET, LITTLE_ENDIAN),
                text);
            lane.advance();
            lane.commit();
            count++;
        }
        lane.trim();
        return count;
    }

    void alarm(final DirectBuffer buffer, final int offset) {
        final int body = OutboundDescriptor.bodyOffset(offset);
        listener.onAlarm(
            ALARMS[buffer.getInt(body + EgressEncoder.ALARM_ORDINAL_OFFSET, LITTLE_ENDIAN)],
            buffer.getLong(body, LITTLE_ENDIAN),
            buffer.getInt(body + EgressEncoder.ALARM_BRANCH_OFFSET, LITTLE_ENDIAN));
    }
}
