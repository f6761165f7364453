package io.dtm.server.journal;

import java.util.LinkedHashSet;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A transaction's id as somebody types it: hexadecimal, as it is printed, or decimal, as Java prints a long. Digits
 * that may be both are looked for as both: no session has an id so low, or so high, that both would exist.
 *
 * @param text   as typed.
 * @param values that it can mean.
 */
record TransactionId(String text, Set<Long> values) {
    /** Reads one from the command line. */
    static final class Converter implements ITypeConverter<TransactionId> {
        private static final String PREFIX = "0x";

        @Override
        public TransactionId convert(final String text) {
            final Set<Long> values = new LinkedHashSet<>();
            final boolean isHexadecimal = text.startsWith(PREFIX);
            final String digits = isHexadecimal ? text.substring(PREFIX.length()) : text;
            if (digits.matches("[0-9a-fA-F]{1,16}")) {
                values.add(Long.parseUnsignedLong(digits, 16));
            }
            if (!isHexadecimal && digits.matches("-?[0-9]{1,18}")) {
                values.add(Long.parseLong(digits));
            }
            if (values.isEmpty()) {
                throw new TypeConversionException(
                    "'" + text + "' is no transaction id: hexadecimal as printed, or decimal");
            }
            return new TransactionId(text, values);
        }
    }
}
