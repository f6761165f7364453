package io.dtm.simulation.explore;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * The whole state of a process's objects, as bytes that are equal when nothing that it does from now on can differ:
 * every field of every object of the library that can be reached, whatever its name. Left out is what carries nothing
 * from one duty cycle to the next (encoders, decoders, buffers in which messages are made) and what never changes (the
 * context). Times count by their distance from now, objects by the order in which they are met.
 */
final class NormalForm {
    private static final Map<Class<?>, List<Field>> FIELDS = new HashMap<>();
    private static final Map<String, Boolean> TIMES = new HashMap<>();
    private static final Map<Class<?>, Integer> CLASSES = new HashMap<>();
    private static final String OURS = "io.dtm.";

    private long nowNs;
    private final IdentityHashMap<Object, Integer> met = new IdentityHashMap<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(2048);
    private final DataOutputStream out = new DataOutputStream(bytes);

    /**
     * Adds what can be reached from somewhere, if it can't be reached from what was added before.
     *
     * @param roots from which it is reached.
     * @param now   of the clock by which it goes, ns.
     * @return this.
     */
    NormalForm add(final List<Object> roots, final long now) {
        nowNs = now;
        try {
            for (final Object root : roots) {
                write(root);
            }
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        } catch (final IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
        return this;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    private void write(final Object value) throws IOException, IllegalAccessException {
        if (value == null) {
            out.writeByte(0);
        } else if (value instanceof Number || value instanceof Boolean || value instanceof Character
            || value instanceof String || value instanceof Enum) {
            out.writeUTF(value.toString());
        } else if (met.containsKey(value)) {
            out.writeByte(1);
            out.writeInt(met.get(value));
        } else {
            met.put(value, met.size());
            writeObject(value);
        }
    }

    private void writeObject(final Object value) throws IOException, IllegalAccessException {
        out.writeInt(CLASSES.computeIfAbsent(value.getClass(), type -> CLASSES.size()));
        if (value instanceof ManyToOneConcurrentArrayQueue) {
            out.writeInt(((ManyToOneConcurrentArrayQueue<?>) value).size());
        } else if (value instanceof DirectBuffer) {
            final DirectBuffer buffer = (DirectBuffer) value;
            out.writeInt(buffer.capacity());
            for (int i = 0; i < buffer.capacity(); i++) {
                out.writeByte(buffer.getByte(i));
            }
        } else if (value instanceof Map) {
            for (final Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                out.writeByte(2);
                write(entry.getKey());
                write(entry.getValue());
            }
            out.writeByte(3);
        } else if (value instanceof Collection) {
            for (final Object element : (Collection<?>) value) {
                out.writeByte(2);
                write(element);
            }
            out.writeByte(3);
        } else if (value.getClass().isArray()) {
            final int length = Array.getLength(value);
            out.writeInt(length);
            for (int i = 0; i < length; i++) {
                write(Array.get(value, i));
            }
        } else if (value instanceof AtomicBoolean || value.getClass().getName().startsWith("java.util.concurrent")) {
            out.writeUTF(value.toString().replaceAll("@.*", ""));
        } else if (value.getClass().getName().startsWith(OURS)) {
            for (final Field field : fields(value.getClass())) {
                writeField(value, field);
            }
        }
    }

    private void writeField(final Object owner, final Field field) throws IOException, IllegalAccessException {
        if (field.getType() == long.class) {
            final long number = field.getLong(owner);
            final boolean isDistance = isTime(field.getName()) && number != 0 && Math.abs(number) < Long.MAX_VALUE / 2;
            out.writeBoolean(isDistance); // 0 is "not set", and no time
            out.writeLong(isDistance ? number - nowNs : number);
        } else {
            write(field.get(owner));
        }
    }

    private static boolean isTime(final String field) {
        return TIMES.computeIfAbsent(field, name ->
            name.endsWith("Ns") && !name.matches("(?i).*(interval|backoff|timeout|pause|patience).*"));
    }

    private static List<Field> fields(final Class<?> type) {
        final List<Field> known = FIELDS.get(type);
        if (known != null) {
            return known;
        }
        final List<Field> found = new ArrayList<>();
        for (Class<?> part = type; part != null && part.getName().startsWith(OURS); part = part.getSuperclass()) {
            for (final Field field : part.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && isState(part, field.getType())) {
                    field.setAccessible(true);
                    found.add(field);
                }
            }
        }
        FIELDS.put(type, found);
        return found;
    }

    private static boolean isState(final Class<?> owner, final Class<?> type) {
        final String name = type.getSimpleName();
        final String ownerName = owner.getSimpleName();
        final boolean isScratch = DirectBuffer.class.isAssignableFrom(type) && (ownerName.endsWith("Publisher")
            || ownerName.equals("Outbox") || ownerName.equals("FrameBuilder") || ownerName.endsWith("Adapter"));
        return !isScratch && !name.endsWith("Encoder") && !name.endsWith("Decoder")
            && !name.equals("SessionContext") && type != PeerProcess.class && type != ExploredResource.class
            && type != Scope.class;
    }
}
