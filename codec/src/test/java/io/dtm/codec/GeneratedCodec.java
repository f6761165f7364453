package io.dtm.codec;

import io.dtm.codec.Content.Values;
import io.dtm.codec.Schema.Data;
import io.dtm.codec.Schema.Field;
import io.dtm.codec.Schema.Group;
import io.dtm.codec.Schema.Kind;
import io.dtm.codec.Schema.Message;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Calls the generated encoder and decoder of any message by the names in the schema, so that one test covers all
 * templates and none can be left out.
 */
final class GeneratedCodec {
    private static final String PACKAGE = "io.dtm.codec.message.";

    private final Message message;
    private final Object encoder;
    private final Object decoder;
    private final Map<String, Method> methods = new HashMap<>();

    GeneratedCodec(final Message message) {
        this.message = message;
        encoder = create(message.name() + "Encoder");
        decoder = create(message.name() + "Decoder");
    }

    int constant(final String name) {
        try {
            return decoder.getClass().getField(name).getInt(null);
        } catch (final ReflectiveOperationException e) {
            throw new AssertionError(name, e);
        }
    }

    /** @return length of the body in bytes. */
    int encode(final Content content, final MutableDirectBuffer buffer, final int offset) {
        call(encoder, "wrap", buffer, offset);
        put(encoder, message.fields(), content.root());
        if (message.group() != null) {
            final Group group = message.group();
            final Object elements = call(encoder, group.name() + "Count", content.elements().size());
            for (final Values values : content.elements()) {
                call(elements, "next");
                put(elements, group.fields(), values);
                putData(elements, group.data(), values);
            }
        }
        putData(encoder, message.data(), content.root());
        return (int) call(encoder, "encodedLength");
    }

    /** Decodes everything, data as text too. */
    Content decode(final DirectBuffer buffer, final int offset, final int blockLength, final int version) {
        call(decoder, "wrap", buffer, offset, blockLength, version);
        decoder.toString();
        call(decoder, "sbeRewind");
        final List<Long> root = get(decoder, message.fields());
        final List<Values> elements = new ArrayList<>();
        if (message.group() != null) {
            final Group group = message.group();
            final Object iterator = call(decoder, group.name());
            while ((boolean) call(iterator, "hasNext")) {
                call(iterator, "next");
                elements.add(new Values(get(iterator, group.fields()), getData(iterator, group.data())));
            }
        }
        return new Content(new Values(root, getData(decoder, message.data())), elements);
    }

    /** @return the position behind what {@link #decode} read. */
    int limit() {
        return (int) call(decoder, "limit");
    }

    private void put(final Object block, final List<Field> fields, final Values values) {
        for (int i = 0; i < fields.size(); i++) {
            final Field field = fields.get(i);
            final long value = values.fields().get(i);
            switch (field.kind()) {
                case ENUM -> call(block, field.name(), enumValue(field, (int) value));
                case SET -> {
                    final Object set = call(block, field.name());
                    call(set, "clear");
                    field.names().forEach((bit, name) -> call(set, name, (value >> bit & 1) == 1));
                }
                default -> call(block, field.name(), value);
            }
        }
    }

    private List<Long> get(final Object block, final List<Field> fields) {
        final List<Long> values = new ArrayList<>();
        for (final Field field : fields) {
            final Object value = call(block, field.name());
            if (field.kind() == Kind.ENUM) {
                values.add(((Number) call(value, "value")).longValue());
            } else if (field.kind() == Kind.SET) {
                values.add(field.names().entrySet().stream()
                    .mapToLong(choice -> (boolean) call(value, choice.getValue()) ? 1L << choice.getKey() : 0).sum());
            } else {
                values.add(((Number) value).longValue());
            }
        }
        return values;
    }

    private void putData(final Object block, final List<Data> data, final Values values) {
        for (int i = 0; i < data.size(); i++) {
            final byte[] bytes = HexFormat.of().parseHex(values.data().get(i));
            call(block, "put" + capitalised(data.get(i).name()), bytes, 0, bytes.length);
        }
    }

    private List<String> getData(final Object block, final List<Data> data) {
        final List<String> values = new ArrayList<>();
        for (final Data one : data) {
            final byte[] bytes = new byte[(int) call(block, one.name() + "Length")];
            call(block, "get" + capitalised(one.name()), bytes, 0, bytes.length);
            values.add(HexFormat.of().formatHex(bytes));
        }
        return values;
    }

    private static Object enumValue(final Field field, final int value) {
        try {
            return Class.forName(PACKAGE + field.type()).getField(field.names().get(value)).get(null);
        } catch (final ReflectiveOperationException e) {
            throw new AssertionError(field.type() + " " + value, e);
        }
    }

    private static Object create(final String className) {
        try {
            return Class.forName(PACKAGE + className).getDeclaredConstructor().newInstance();
        } catch (final ReflectiveOperationException e) {
            throw new AssertionError("the schema's " + className + " was not generated", e);
        }
    }

    private Object call(final Object target, final String name, final Object... arguments) {
        final String key = target.getClass().getName() + '.' + name + arguments.length
            + (arguments.length > 0 ? arguments[0] instanceof byte[] : "");
        final Method method = methods.computeIfAbsent(key, ignored -> find(target.getClass(), name, arguments));
        try {
            return method.invoke(target, narrowed(method.getParameterTypes(), arguments));
        } catch (final InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(key, e);
        } catch (final IllegalAccessException e) {
            throw new AssertionError(key, e);
        }
    }

    private static Method find(final Class<?> type, final String name, final Object... arguments) {
        for (final Method method : type.getMethods()) {
            if (method.getName().equals(name)
                && method.getParameterCount() == arguments.length
                && !method.isBridge()
                && (!(arguments.length > 0 && arguments[0] instanceof byte[])
                    || method.getParameterTypes()[0] == byte[].class)) {
                return method;
            }
        }
        throw new AssertionError(type + " has no " + name);
    }

    /** The generated setters take the smallest type of Java that holds the field. */
    private static Object[] narrowed(final Class<?>[] types, final Object[] arguments) {
        final Object[] narrowed = arguments.clone();
        for (int i = 0; i < narrowed.length; i++) {
            if (narrowed[i] instanceof Long value) {
                if (types[i] == int.class) {
                    narrowed[i] = value.intValue();
                } else if (types[i] == short.class) {
                    narrowed[i] = value.shortValue();
                } else if (types[i] == byte.class) {
                    narrowed[i] = value.byteValue();
                }
            }
        }
        return narrowed;
    }

    private static String capitalised(final String name) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }
}
