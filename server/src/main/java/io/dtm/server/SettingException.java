package io.dtm.server;

import org.agrona.Strings;

/** A setting that can't be used; the message is one line that names it. Nothing was started. */
final class SettingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SettingException(final String message) {
        super(message);
    }

    /** Of a component that refused its configuration. Aeron puts a category before the message. */
    SettingException(final RuntimeException refused) {
        super(Strings.isEmpty(refused.getMessage()) ? refused.toString()
            : ServerSetting.nameIn(refused.getMessage())
            + refused.getMessage().replaceFirst("^(ERROR|FATAL|WARN) - ", ""), refused);
    }
}
