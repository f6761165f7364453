package io.dtm.server.journal;

import static io.dtm.codec.FrameDescriptor.HEADER_LENGTH;
import static io.dtm.codec.FrameDescriptor.PREFIX_LENGTH;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.dtm.codec.CheckpointDescriptor;
import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.Templates;
import io.dtm.codec.checkpoint.EndDecoder;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.agrona.DirectBuffer;
import uk.co.real_logic.sbe.ir.Ir;
import uk.co.real_logic.sbe.ir.Token;
import uk.co.real_logic.sbe.otf.OtfMessageDecoder;
import uk.co.real_logic.sbe.otf.TokenListener;
import uk.co.real_logic.sbe.otf.Types;
import uk.co.real_logic.sbe.xml.IrGenerator;
import uk.co.real_logic.sbe.xml.ParserOptions;
import uk.co.real_logic.sbe.xml.XmlSchemaParser;

/**
 * Turns frames into events, and items of checkpoints into the like, by the schema: it knows no template, so that none
 * can be forgotten. Of ids and the like it knows how their types are shown. One thread.
 */
final class EventDecoder implements TokenListener {
    private static final String MESSAGES = "/dtm-messages.xml";
    private static final String ITEMS = "/dtm-checkpoint.xml";
    /** Types whose values are bit patterns. */
    private static final Set<String> IDS = Set.of("TransactionId", "Nonce", "Incarnation");
    private static final String SECRET = "Token";
    private static final String COORDINATOR_ID = "coordinatorId";

    private final Ir schema;
    private final boolean isOfItems;
    private String template;
    private final List<Event> events = new ArrayList<>();
    /** Fields of the message, then of the element of its group, if it is in one. */
    private final Deque<List<Field>> levels = new ArrayDeque<>();
    private List<List<Field>> elements;
    private boolean isGrouped;

    private EventDecoder(final String resource) {
        isOfItems = resource.equals(ITEMS);
        try (InputStream in = Templates.class.getResourceAsStream(resource)) {
            schema = new IrGenerator().generate(XmlSchemaParser.parse(in, ParserOptions.DEFAULT));
        } catch (final Exception broken) {
            throw new IllegalStateException("the schema " + resource + " can't be read", broken);
        }
    }

    static EventDecoder ofMessages() {
        return new EventDecoder(MESSAGES);
    }

    static EventDecoder ofCheckpointItems() {
        return new EventDecoder(ITEMS);
    }

    /** @return names of all templates of events, or of items, sorted. */
    Set<String> templates() {
        final Set<String> names = new TreeSet<>();
        schema.messages().forEach(message -> {
            final int id = message.get(0).id();
            if (isOfItems ? id != EndDecoder.TEMPLATE_ID : Templates.isJournalled(id)) {
                names.add(message.get(0).name());
            }
        });
        return names;
    }

    /**
     * @param frame  that is valid.
     * @param offset at which it starts.
     * @return its events, until the next call.
     */
    List<Event> decode(final DirectBuffer frame, final int offset) {
        events.clear();
        int message = offset + HEADER_LENGTH;
        for (int i = FrameDescriptor.messageCount(frame, offset); i > 0; i--) {
            final int template = FrameDescriptor.templateId(frame, message);
            isGrouped = Templates.isGrouped(template);
            OtfMessageDecoder.decode(frame, message + PREFIX_LENGTH, FrameDescriptor.version(frame, offset),
                FrameDescriptor.blockLength(frame, message), schema.getMessage(template), this);
            message += FrameDescriptor.messageLength(frame, message);
        }
        return events;
    }

    /**
     * @param buffer that holds an item of a checkpoint.
     * @param offset at which it starts.
     * @return the item, as if it were an event.
     */
    Event decodeItem(final DirectBuffer buffer, final int offset) {
        events.clear();
        isGrouped = false;
        OtfMessageDecoder.decode(buffer, offset + PREFIX_LENGTH, CheckpointDescriptor.SCHEMA_VERSION,
            FrameDescriptor.blockLength(buffer, offset),
            schema.getMessage(FrameDescriptor.templateId(buffer, offset)), this);
        return events.get(0);
    }

    private void add(final Token field, final Value value) {
        levels.peek().add(new Field(field.name(), value));
    }

    @Override
    public void onBeginMessage(final Token token) {
        template = token.name();
        levels.clear();
        levels.push(new ArrayList<>());
    }

    @Override
    public void onEndMessage(final Token token) {
        if (!isGrouped) {
            events.add(new Event(token.name(), levels.peek()));
            return;
        }
        for (final List<Field> element : elements) {
            final List<Field> fields = new ArrayList<>(levels.peek());
            fields.addAll(element);
            events.add(new Event(token.name(), fields));
        }
    }

    @Override
    public void onEncoding(
        final Token field, final DirectBuffer buffer, final int index, final Token type, final int version) {
        final long value = Types.getLong(buffer, index, type.encoding());
        final Value code = isOfItems ? ItemCodes.shown(template, field.name(), value) : null;
        if (code != null) {
            add(field, code);
        } else if (type.isOptionalEncoding() && value == type.encoding().applicableNullValue().longValue()) {
            add(field, new Value.Symbol("NONE"));
        } else if (SECRET.equals(type.name())) {
            add(field, new Value.Secret());
        } else if (IDS.contains(type.name())) {
            add(field, new Value.Id(value, 1));
        } else if (COORDINATOR_ID.equals(field.name())) {
            add(field, new Value.Id(value, Long.BYTES * 2));
        } else {
            add(field, new Value.Number(value));
        }
    }

    @Override
    public void onEnum(
        final Token field,
        final DirectBuffer buffer,
        final int index,
        final List<Token> tokens,
        final int from,
        final int to,
        final int version) {
        final long value = Types.getLong(buffer, index, tokens.get(from + 1).encoding());
        String name = Long.toString(value);
        for (int i = from + 1; i < to; i++) {
            if (tokens.get(i).encoding().constValue().longValue() == value) {
                name = tokens.get(i).name();
            }
        }
        add(field, new Value.Symbol(name));
    }

    @Override
    public void onBitSet(
        final Token field,
        final DirectBuffer buffer,
        final int index,
        final List<Token> tokens,
        final int from,
        final int to,
        final int version) {
        final long value = Types.getLong(buffer, index, tokens.get(from + 1).encoding());
        final List<String> names = new ArrayList<>();
        for (int i = from + 1; i < to; i++) {
            if ((value >>> tokens.get(i).encoding().constValue().longValue() & 1) != 0) {
                names.add(tokens.get(i).name());
            }
        }
        add(field, new Value.Symbol(names.isEmpty() ? "NONE" : String.join("+", names)));
    }

    @Override
    public void onBeginComposite(final Token field, final List<Token> tokens, final int from, final int to) {
        throw new IllegalStateException("no message has a composite: " + field.name());
    }

    @Override
    public void onEndComposite(final Token field, final List<Token> tokens, final int from, final int to) {
        throw new IllegalStateException("no message has a composite: " + field.name());
    }

    @Override
    public void onGroupHeader(final Token group, final int count) {
        elements = new ArrayList<>(count);
        if (!isGrouped) {
            add(group, new Value.Group(elements));
        }
    }

    @Override
    public void onBeginGroup(final Token group, final int index, final int count) {
        levels.push(new ArrayList<>());
    }

    @Override
    public void onEndGroup(final Token group, final int index, final int count) {
        elements.add(levels.pop());
    }

    @Override
    public void onVarData(
        final Token field, final DirectBuffer buffer, final int index, final int length, final Token type) {
        if (type.encoding().characterEncoding() == null) {
            add(field, Value.Bytes.of(buffer, index, length));
        } else {
            final byte[] bytes = new byte[length];
            buffer.getBytes(index, bytes);
            add(field, new Value.Text(new String(bytes, UTF_8)));
        }
    }
}
