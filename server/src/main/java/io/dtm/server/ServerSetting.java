package io.dtm.server;

import io.dtm.core.coordinator.CoordinatorSettings;
import java.util.Arrays;
import org.agrona.SystemUtil;

/**
 * Every setting of the coordinator: its property, its default and what it means. Durations take a unit (ns, us, ms, s),
 * sizes may end in k, m or g. Values come from property files and {@code -D}, the later one wins.
 */
enum ServerSetting {
    DIRECTORY("dtm.directory", "dtm-data",
        "directory of everything that the coordinator keeps: journal/ is its log. Owned by one process"),
    ENDPOINT("dtm.ingress.endpoint", "localhost:6801",
        "host:port on which UDP requests are taken; the next port sends replies. Any other than loopback needs an "
            + "authenticator"),
    UDP("dtm.ingress.udp", "true", "whether to listen on UDP"),
    IPC("dtm.ingress.ipc", "true", "whether to listen on shared memory, for processes that share the media driver"),
    AERON_DIRECTORY("aeron.dir", "", "directory of an external media driver; empty: one is embedded"),
    MTU("dtm.transport.mtu.length", "8k on loopback, 1408 elsewhere", "greatest UDP payload, a size"),
    TERM_LENGTH("dtm.transport.term.length", "1m", "length of a term buffer, a size, at least 1m"),
    DURABILITY("dtm.durability", "force",
        "what an outcome survives: force (power loss) or append (death of the process only)"),
    SEGMENT_LENGTH("dtm.journal.segment.length", "64m", "length of a journal segment, a size, a multiple of 4k"),
    THREADING("dtm.threading", "auto",
        "auto (by the number of cores), dedicated (a thread a stage) or shared (journal, coordinator, egress on one)"),
    DEFAULT_TIMEOUT("dtm.transaction.timeout", "60s", "timeout of a transaction that names none"),
    MAX_TIMEOUT("dtm.transaction.timeout.max", "60s", "longest timeout of a transaction, at most 60s"),
    SESSION_TIMEOUT("dtm.session.timeout", "10s", "silence after which a session is lost, also the grace period"),
    MAX_BRANCHES("dtm.max.branches", "100", "branches of one transaction, at most 100"),
    MAX_BRANCH_PAYLOAD("dtm.max.branch.payload", "16k", "payload of one branch, a size, at most 16k"),
    MAX_TRANSACTION_PAYLOAD("dtm.max.transaction.payload", "56k", "payload of one transaction, a size, at most 56k"),
    MAX_PAYLOAD_TOTAL("dtm.max.payload.total", "256m", "payload of all running transactions, a size"),
    MAX_TRANSACTIONS("dtm.max.transactions", "1048576", "transactions in flight; above, new ones are OVERLOADED"),
    MAX_SESSIONS("dtm.max.sessions", "4096", "sessions open at a time"),
    MAX_RESOURCES("dtm.max.resources", "4096", "names of participants, ever"),
    MAX_INSTANCES("dtm.max.instances", "8", "processes that serve one resource at a time"),
    RETAINED_OUTCOMES("dtm.retained.outcomes", "1048576", "finished transactions whose outcome can be asked for"),
    RETENTION("dtm.retention", "600s", "how long such an outcome is kept at most"),
    RESEND_INITIAL("dtm.resend.initial", "1s", "after which an unanswered message is sent again for the first time"),
    RESEND_MAX("dtm.resend.max", "5s", "greatest time between two repetitions");

    private static final long NS_PER_MS = 1_000_000L;

    private final String property;
    private final String defaultText;
    private final String description;

    ServerSetting(final String property, final String defaultText, final String description) {
        this.property = property;
        this.defaultText = defaultText;
        this.description = description;
    }

    String property() {
        return property;
    }

    String defaultText() {
        return defaultText;
    }

    String description() {
        return description;
    }

    /** @return the value as it was given, or the default. */
    String text() {
        return System.getProperty(property, defaultText);
    }

    static boolean isKnown(final String property) {
        return Arrays.stream(values()).anyMatch(setting -> setting.property.equals(property));
    }

    private int milliseconds() {
        return checked(SystemUtil.parseDuration(property, text()) / NS_PER_MS);
    }

    private int number() {
        try {
            return Integer.parseInt(text());
        } catch (final NumberFormatException malformed) {
            throw new IllegalArgumentException(property + " must be a whole number: " + text(), malformed);
        }
    }

    long size() {
        return SystemUtil.parseSize(property, text());
    }

    int intSize() {
        return checked(size());
    }

    private int checked(final long value) {
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(property + " is out of range: " + text());
        }
        return (int) value;
    }

    /** @return whether outcomes wait for the force. */
    static boolean isForced() {
        return switch (DURABILITY.text()) {
            case "force" -> true;
            case "append" -> false;
            default -> throw new IllegalArgumentException(
                DURABILITY.property + " must be force or append: " + DURABILITY.text());
        };
    }

    /** @return what the coordinator itself is to know. */
    static CoordinatorSettings coordinatorSettings() {
        return new CoordinatorSettings(
            DEFAULT_TIMEOUT.milliseconds(), MAX_TIMEOUT.milliseconds(), SESSION_TIMEOUT.milliseconds(),
            MAX_BRANCHES.number(), MAX_BRANCH_PAYLOAD.intSize(), MAX_TRANSACTION_PAYLOAD.intSize(),
            MAX_TRANSACTIONS.number(), MAX_SESSIONS.number(), MAX_RESOURCES.number(), MAX_INSTANCES.number(),
            MAX_PAYLOAD_TOTAL.size(), RETAINED_OUTCOMES.number(), RETENTION.milliseconds(),
            RESEND_INITIAL.milliseconds(), RESEND_MAX.milliseconds(),
            isForced() ? CoordinatorSettings.DURABILITY_FORCE : CoordinatorSettings.DURABILITY_APPEND);
    }
}
