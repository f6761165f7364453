package io.dtm.server.journal;

import java.util.List;
import java.util.Locale;
import org.agrona.DirectBuffer;
import uk.co.real_logic.sbe.otf.Types;

/** A field's value, and how it is shown: in a line for people, and in JSON. */
sealed interface Value {
    /** Appends it for people. */
    void appendText(StringBuilder to);

    /** Appends it as JSON. */
    void appendJson(StringBuilder to);

    /** A count, a time, a small id. */
    record Number(long value) implements Value {
        @Override
        public void appendText(final StringBuilder to) {
            to.append(value);
        }

        @Override
        public void appendJson(final StringBuilder to) {
            to.append(value);
        }
    }

    /** Logical nanoseconds: seconds for people, as at the beginning of an event's line. */
    record Time(long valueNs) implements Value {
        @Override
        public void appendText(final StringBuilder to) {
            to.append(LogicalTime.seconds(valueNs));
        }

        @Override
        public void appendJson(final StringBuilder to) {
            to.append(valueNs);
        }
    }

    /** An id of 64 bits, hexadecimal as in logs; a string in JSON, whose numbers don't hold it. */
    record Id(long value, int digits) implements Value {
        @Override
        public void appendText(final StringBuilder to) {
            final String hex = Long.toHexString(value);
            to.append("0".repeat(Math.max(0, digits - hex.length()))).append(hex);
        }

        @Override
        public void appendJson(final StringBuilder to) {
            to.append('"');
            appendText(to);
            to.append('"');
        }
    }

    /** A name that the schema gives to a value. */
    record Symbol(String name) implements Value {
        @Override
        public void appendText(final StringBuilder to) {
            to.append(name);
        }

        @Override
        public void appendJson(final StringBuilder to) {
            to.append('"').append(name).append('"');
        }
    }

    /** What a peer said. Nothing in it can end the line or command a terminal. */
    record Text(String text) implements Value {
        @Override
        public void appendText(final StringBuilder to) {
            appendJson(to);
        }

        @Override
        public void appendJson(final StringBuilder to) {
            to.append('"');
            for (int i = 0; i < text.length(); i++) {
                final char one = text.charAt(i);
                if (isStrange(one)) {
                    appendEscaped(one, to);
                } else {
                    Types.jsonEscape(one, to);
                }
            }
            to.append('"');
        }

        /** @return the text, as it may stand in a line, without quotes: file names are anybody's. */
        static String printable(final String text) {
            final StringBuilder printable = new StringBuilder(text.length());
            for (int i = 0; i < text.length(); i++) {
                final char one = text.charAt(i);
                if (isStrange(one)) {
                    appendEscaped(one, printable);
                } else {
                    printable.append(one);
                }
            }
            return printable.toString();
        }

        private static boolean isStrange(final char one) {
            return Character.isISOControl(one) || one >= 0x7F;
        }

        private static void appendEscaped(final char one, final StringBuilder to) {
            to.append(String.format(Locale.ROOT, "\\u%04x", (int) one));
        }
    }

    /** A payload: its length, and how it begins. */
    record Bytes(int length, String head) implements Value {
        private static final int SHOWN = 16;

        static Bytes of(final DirectBuffer buffer, final int offset, final int length) {
            final StringBuilder head = new StringBuilder();
            for (int i = 0; i < Math.min(length, SHOWN); i++) {
                head.append(String.format(Locale.ROOT, "%02x", buffer.getByte(offset + i)));
            }
            return new Bytes(length, length > SHOWN ? head + ".." : head.toString());
        }

        @Override
        public void appendText(final StringBuilder to) {
            to.append('(').append(length).append(" bytes").append(length == 0 ? "" : " ").append(head).append(')');
        }

        @Override
        public void appendJson(final StringBuilder to) {
            to.append("{\"length\":").append(length).append(",\"head\":\"").append(head).append("\"}");
        }
    }

    /** What proves who a peer is: shown to nobody. */
    record Secret() implements Value {
        private static final String SHOWN = "(secret)";

        @Override
        public void appendText(final StringBuilder to) {
            to.append(SHOWN);
        }

        @Override
        public void appendJson(final StringBuilder to) {
            to.append('"').append(SHOWN).append('"');
        }
    }

    /** The elements of a group, each with its fields. */
    record Group(List<List<Field>> elements) implements Value {
        @Override
        public void appendText(final StringBuilder to) {
            to.append('[');
            for (int i = 0; i < elements.size(); i++) {
                to.append(i == 0 ? "{" : ", {");
                Field.appendText(elements.get(i), to);
                to.append('}');
            }
            to.append(']');
        }

        @Override
        public void appendJson(final StringBuilder to) {
            to.append('[');
            for (int i = 0; i < elements.size(); i++) {
                to.append(i == 0 ? "" : ",");
                Field.appendJson(elements.get(i), to);
            }
            to.append(']');
        }
    }
}
