package io.dtm.codec;

import io.dtm.codec.Schema.Data;
import io.dtm.codec.Schema.Field;
import io.dtm.codec.Schema.Message;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The validator once more, as slow and plain as can be: it reads the file instead of a table, and a buffer that
 * ends where the message ends tells it of every length that is wrong.
 */
final class SchemaOracle {
    private static final int MAX_LENGTH = 65_536;
    private static final int MAX_EVENTS = 512;

    private final Schema schema;

    SchemaOracle(final Schema schema) {
        this.schema = schema;
    }

    boolean accepts(final byte[] frame, final Origin sender) {
        if (frame.length > MAX_LENGTH) {
            return false;
        }
        try {
            final ByteBuffer in = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
            if (unsigned(in, 1) != schema.id() || unsigned(in, 1) != schema.version()) {
                return false;
            }
            final int messages = (int) unsigned(in, 2);
            int events = 0;
            for (int i = 0; i < messages; i++) {
                final int ofMessage = message(in, sender, messages == 1);
                if (ofMessage < 0) {
                    return false;
                }
                events += ofMessage;
            }
            return !in.hasRemaining() && events <= MAX_EVENTS && (messages > 0 || sender == Origin.HOST);
        } catch (final BufferUnderflowException e) {
            return false;
        }
    }

    private int message(final ByteBuffer frame, final Origin sender, final boolean isAlone) {
        final int length = (int) unsigned(frame, 2);
        final Message message = schema.message((int) unsigned(frame, 1));
        final int blockLength = (int) unsigned(frame, 1);
        final int bodyLength = length - 4;
        if (message == null || bodyLength < 0 || bodyLength > frame.remaining()) {
            return -1;
        }
        final ByteBuffer body = frame.slice(frame.position(), bodyLength).order(ByteOrder.LITTLE_ENDIAN);
        frame.position(frame.position() + bodyLength);
        boolean holds = Frames.mayCome(message, sender)
            && blockLength == message.blockLength()
            && (isAlone || !Frames.standsAlone(message))
            && block(body, message.fields());
        int events = 1;
        if (message.group() != null) {
            holds &= unsigned(body, 1) == message.group().blockLength();
            final int elements = (int) unsigned(body, 2);
            holds &= elements <= MAX_EVENTS;
            for (int i = 0; i < elements && holds; i++) {
                holds = block(body, message.group().fields()) && data(body, message.group().data());
            }
            if (Frames.isGrouped(message)) {
                events = elements;
                holds &= elements > 0;
            }
        }
        holds = holds && data(body, message.data()) && !body.hasRemaining();
        return holds ? events : -1;
    }

    private static boolean block(final ByteBuffer in, final List<Field> fields) {
        boolean holds = true;
        for (final Field field : fields) {
            holds &= field.accepts(field.length() > 2 ? signed(in, field.length()) : unsigned(in, field.length()));
        }
        return holds;
    }

    private static boolean data(final ByteBuffer in, final List<Data> data) {
        boolean holds = true;
        for (final Data one : data) {
            final int length = (int) unsigned(in, one.lengthBytes());
            holds &= !one.isText() || length < 255;
            in.get(new byte[length]);
        }
        return holds;
    }

    private static long unsigned(final ByteBuffer in, final int bytes) {
        return bytes == 1 ? in.get() & 0xFF : in.getShort() & 0xFFFF;
    }

    private static long signed(final ByteBuffer in, final int bytes) {
        return bytes == 4 ? in.getInt() : in.getLong();
    }
}
