package io.dtm.server;

import java.util.regex.Pattern;
import org.agrona.SystemUtil;

/** What the text of a setting may be, and so its unit. */
enum SettingKind {
    TEXT("text"),
    ENDPOINT("host:port") {
        @Override
        void check(final String property, final String text) {
            if (!text.isEmpty() && !ENDPOINT_FORM.matcher(text).matches()) {
                throw malformed(property, text);
            }
        }
    },
    FLAG("true or false") {
        @Override
        void check(final String property, final String text) {
            if (!"true".equals(text) && !"false".equals(text)) {
                throw malformed(property, text);
            }
        }
    },
    NUMBER("a whole number") {
        @Override
        void check(final String property, final String text) {
            wholeNumber(this, property, text);
        }
    },
    /** Aeron's own timeouts of this kind take no unit. */
    MILLISECONDS("a whole number of milliseconds, without a unit") {
        @Override
        void check(final String property, final String text) {
            wholeNumber(this, property, text);
        }
    },
    SIZE("a size in bytes, or with k, m or g") {
        @Override
        void check(final String property, final String text) {
            size(property, text);
        }
    },
    DURATION("a duration with a unit: ns, us, ms or s") {
        @Override
        void check(final String property, final String text) {
            durationNs(property, text);
        }
    };

    private static final Pattern ENDPOINT_FORM = Pattern.compile(".+:\\d{1,5}");

    private final String unit;

    SettingKind(final String unit) {
        this.unit = unit;
    }

    String unit() {
        return unit;
    }

    /** @throws SettingException if a value of this kind can't be read from the text. */
    void check(final String property, final String text) {
    }

    static int number(final String property, final String text) {
        return wholeNumber(NUMBER, property, text);
    }

    static int wholeNumber(final SettingKind kind, final String property, final String text) {
        try {
            final int value = Integer.parseInt(text);
            if (value >= 0) {
                return value;
            }
        } catch (final NumberFormatException malformed) {
            throw kind.malformed(property, text);
        }
        throw new SettingException(property + "=" + text + ": must not be negative");
    }

    static long size(final String property, final String text) {
        try {
            final long bytes = SystemUtil.parseSize(property, text);
            if (bytes >= 0) {
                return bytes;
            }
        } catch (final NumberFormatException malformed) {
            throw SIZE.malformed(property, text);
        }
        throw new SettingException(property + "=" + text + ": must not be negative");
    }

    /** A bare number would be nanoseconds, and nobody means that. */
    static long durationNs(final String property, final String text) {
        if (!text.isEmpty() && Character.isDigit(text.charAt(text.length() - 1)) && !text.matches("0+")) {
            throw DURATION.malformed(property, text);
        }
        try {
            return SystemUtil.parseDuration(property, text);
        } catch (final NumberFormatException malformed) {
            throw DURATION.malformed(property, text);
        }
    }

    SettingException malformed(final String property, final String text) {
        return new SettingException(property + "=" + text + ": must be " + unit);
    }
}
