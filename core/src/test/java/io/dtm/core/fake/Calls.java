package io.dtm.core.fake;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * Records the calls of an interface as text: {@code vote(4, 3, 2, 7, 1, 1, "no stock")}. A buffer and the offsets and
 * lengths behind it appear as the texts that they hold.
 */
public final class Calls {
    private final List<String> calls = new ArrayList<>();

    /** An implementation that records. */
    public <T> T of(final Class<T> type) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            calls.add(method.getName() + "(" + String.join(", ", describe(args)) + ")");
            return null;
        }));
    }

    /** The calls so far. */
    public List<String> all() {
        return calls;
    }

    private static List<String> describe(final Object[] args) {
        final List<String> described = new ArrayList<>();
        if (args == null) {
            return described;
        }
        final int buffer = bufferIndex(args);
        Arrays.stream(args, 0, buffer).map(String::valueOf).forEach(described::add);
        for (int i = buffer + 1; i + 1 < args.length; i += 2) {
            described.add('"' + ((DirectBuffer) args[buffer])
                .getStringWithoutLengthUtf8((Integer) args[i], (Integer) args[i + 1]) + '"');
        }
        return described;
    }

    private static int bufferIndex(final Object[] args) {
        for (int i = 0; i < args.length; i++) {
            if (args[i] instanceof DirectBuffer) {
                return i;
            }
        }
        return args.length;
    }
}
