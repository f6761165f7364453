package io.dtm.codec;

import io.dtm.codec.Schema.Data;
import io.dtm.codec.Schema.Field;
import io.dtm.codec.Schema.Message;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * The values of one message, in the schema's order: raw numbers, and variable data as hexadecimal text so that two
 * contents compare by value.
 */
record Content(Values root, List<Values> elements) {
    /** The values of a block and of the data behind it; the data of a message come behind its group. */
    record Values(List<Long> fields, List<String> data) {
    }

    /** Values that are easy to find in a hexadecimal dump: 1, 2, 3, ... */
    static Content counting(final Message message, final int elements) {
        final long[] count = {0};
        return of(message, elements,
            field -> accepted(field, ++count[0]),
            data -> new byte[] {(byte) (0x60 + ++count[0]), (byte) (0x60 + count[0])});
    }

    static Content random(final Message message, final int elements, final Random random) {
        return of(message, elements,
            field -> randomValue(field, random),
            data -> {
                final byte[] bytes = new byte[random.nextInt(8) == 0 ? random.nextInt(255) : random.nextInt(12)];
                random.nextBytes(bytes);
                return bytes;
            });
    }

    static Content of(
        final Message message,
        final int elements,
        final ToLongFunction<Field> numbers,
        final Function<Data, byte[]> bytes) {
        final List<Long> fields = numbers(message.fields(), numbers);
        final List<Values> group = new ArrayList<>();
        if (message.group() != null) {
            for (int i = 0; i < elements; i++) {
                group.add(new Values(
                    numbers(message.group().fields(), numbers), hexadecimal(message.group().data(), bytes)));
            }
        }
        return new Content(new Values(fields, hexadecimal(message.data(), bytes)), group);
    }

    private static List<Long> numbers(final List<Field> fields, final ToLongFunction<Field> numbers) {
        return new ArrayList<>(fields.stream().map(numbers::applyAsLong).toList());
    }

    private static List<String> hexadecimal(final List<Data> data, final Function<Data, byte[]> bytes) {
        return new ArrayList<>(data.stream().map(bytes).map(HexFormat.of()::formatHex).toList());
    }

    private static long accepted(final Field field, final long wish) {
        return switch (field.kind()) {
            case ENUM -> List.copyOf(field.names().keySet()).get((int) (wish % field.names().size()));
            case SET -> wish & field.mask();
            case NUMBER -> field.length() == 1 ? wish & 0x7F : wish;
        };
    }

    private static long randomValue(final Field field, final Random random) {
        if (field.kind() != Schema.Kind.NUMBER) {
            return accepted(field, random.nextInt(1 << 16));
        }
        final long extreme = random.nextInt(4) == 0 ? -random.nextInt(2) : random.nextLong();
        return switch (field.length()) {
            case 1 -> extreme & 0xFF;
            case 2 -> (extreme & 0xFFFF) > 0xFFFE && field.max() >= 0 ? field.max() : extreme & 0xFFFF;
            case 4 -> (int) extreme;
            default -> extreme;
        };
    }
}
