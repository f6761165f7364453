package io.dtm.server;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether a text is JSON: values are replaced from the inside out, until one is left. */
final class Json {
    private static final Pattern TEXT =
        Pattern.compile("\"([^\"\\\\\\p{Cntrl}]|\\\\([\"\\\\/bfnrt]|u[0-9a-fA-F]{4}))*\"");
    private static final Pattern NUMBER = Pattern.compile("(?<![0-9.v])-?(0|[1-9][0-9]*)(?![0-9.])");
    private static final Pattern COMPOUND =
        Pattern.compile("\\{(s:[vs](,s:[vs])*)?}|\\[([vs](,[vs])*)?]");

    private Json() {
    }

    static void check(final String text) {
        String rest = NUMBER.matcher(TEXT.matcher(text).replaceAll("s")).replaceAll("v");
        Matcher compound = COMPOUND.matcher(rest);
        while (compound.find()) {
            rest = compound.replaceAll("v");
            compound = COMPOUND.matcher(rest);
        }
        if (!rest.equals("v")) {
            throw new AssertionError("no JSON: " + text + "\nwhat is left: " + rest);
        }
    }
}
