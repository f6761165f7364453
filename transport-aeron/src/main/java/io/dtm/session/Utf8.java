package io.dtm.session;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Text as the schema carries it: UTF-8 of a bounded length. */
final class Utf8 {
    /** Greatest length of a text in bytes. */
    static final int MAX_LENGTH = 254;
    private static final byte[] EMPTY = new byte[0];

    private Utf8() {
    }

    /**
     * @param text maybe null.
     * @return its bytes; a longer text is cut before the character that doesn't fit.
     */
    static byte[] cut(final String text) {
        if (text == null || text.isEmpty()) {
            return EMPTY;
        }
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= MAX_LENGTH) {
            return bytes;
        }
        int length = MAX_LENGTH;
        while (length > 0 && (bytes[length] & 0xC0) == 0x80) {
            length--;
        }
        return Arrays.copyOf(bytes, length);
    }

    /**
     * @param name a name that must not be cut.
     * @return its bytes.
     */
    static byte[] name(final String name) {
        final byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > MAX_LENGTH) {
            throw new IllegalArgumentException(
                "a name must have 1 to " + MAX_LENGTH + " bytes of UTF-8: " + bytes.length);
        }
        return bytes;
    }
}
