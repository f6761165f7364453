package io.dtm.server;

import io.aeron.CommonContext;
import io.aeron.driver.Configuration;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.egress.BacklogBounds;
import io.dtm.core.ring.Threading;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.MappedStorage;
import io.dtm.core.storage.StagedStorage;
import io.dtm.transport.aeron.AeronInstanceContext;
import io.dtm.transport.aeron.AeronServerContext;
import io.dtm.transport.aeron.EmbeddedDriverContext;
import io.dtm.transport.aeron.TransportChannels;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Every setting of the coordinator's process: its property, its default and what it means. Values come from property
 * files and {@code -D}, the later one wins. What isn't set here is up to the component that reads the property, so that
 * a default is written here for the reader only.
 */
enum ServerSetting {
    DIRECTORY("dtm.directory", SettingKind.TEXT, "dtm-data",
        "directory of everything that the coordinator keeps: journal/ is its log. Owned by one process"),
    ENDPOINT(TransportChannels.INGRESS_ENDPOINT_PROP, SettingKind.ENDPOINT, TransportChannels.INGRESS_ENDPOINT_DEFAULT,
        "where UDP requests are taken. Any other than loopback needs an authenticator"),
    RESPONSE_ENDPOINT(TransportChannels.RESPONSE_ENDPOINT_PROP, SettingKind.ENDPOINT,
        "the ingress endpoint's host, the next port", "from where replies are sent"),
    UNAUTHENTICATED_ALLOWED(AeronServerContext.UNAUTHENTICATED_ALLOWED_PROP, SettingKind.FLAG, "false",
        "whether to listen on another address than loopback without an authenticator"),
    DURABILITY("dtm.durability", SettingKind.TEXT, "force",
        "what an outcome survives: force (power loss) or append (death of the process only)"),
    SEGMENT_LENGTH("dtm.journal.segment.length", SettingKind.SIZE, "64m",
        "length of a journal segment, a multiple of 4k, at least 72k"),
    STORAGE("dtm.journal.storage", SettingKind.TEXT, "staged if /dev/shm has room for two tails, else mapped",
        "staged (records go into shared memory, a force writes them) or mapped (into mapped segments, a force is "
            + "msync). May be another at each start"),
    TAIL_DIRECTORY("dtm.journal.tail.directory", SettingKind.TEXT, StagedStorage.DEFAULT_TAIL_DIRECTORY.toString(),
        "staged: directory in memory, on this machine, of what isn't forced yet. It survives a kill, not a reboot"),
    TAIL_LENGTH("dtm.journal.tail.length", SettingKind.SIZE, "8m",
        "staged: length of what lies there, a power of two, at least 1m. Half of it may be unforced"),
    CHECKPOINT_INTERVAL("dtm.checkpoint.interval", SettingKind.SIZE, "256m",
        "bytes of closed segments after which a checkpoint lets older ones go; 0: none is made, the journal grows up to"
            + " its bound"),
    LOW_SPACE("dtm.journal.low.space", SettingKind.SIZE, "64m",
        "bytes that stay free on the disk when a segment is made; below, new transactions are refused"),
    MAX_JOURNAL_LENGTH("dtm.journal.max.length", SettingKind.SIZE, "16g",
        "bytes that all segments together may take; above, new transactions are refused until a checkpoint lets old"
            + " segments go. 0: no bound"),
    THREADING("dtm.threading", SettingKind.TEXT, "auto",
        "auto (by the number of cores), dedicated (a thread a stage) or shared (journal, coordinator, egress on one)"),
    DEFAULT_TIMEOUT("dtm.transaction.timeout", SettingKind.DURATION, "60s",
        "timeout of a transaction that names none"),
    MAX_TIMEOUT("dtm.transaction.timeout.max", SettingKind.DURATION, "60s",
        "longest timeout of a transaction, at most 60s"),
    SESSION_TIMEOUT("dtm.session.timeout", SettingKind.DURATION, "10s",
        "silence after which a session is lost, also the grace period"),
    MAX_BRANCHES("dtm.max.branches", SettingKind.NUMBER, "100", "branches of one transaction, at most 100"),
    MAX_BRANCH_PAYLOAD("dtm.max.branch.payload", SettingKind.SIZE, "16k", "payload of one branch, at most 16k"),
    MAX_TRANSACTION_PAYLOAD("dtm.max.transaction.payload", SettingKind.SIZE, "56k",
        "payload of one transaction, at most 56k"),
    MAX_PAYLOAD_TOTAL("dtm.max.payload.total", SettingKind.SIZE, "256m",
        "payload of all running transactions; this, and 144 bytes for each of dtm.max.transactions, at most 504m"),
    MAX_TRANSACTIONS("dtm.max.transactions", SettingKind.NUMBER, "1048576",
        "transactions in flight; above, new ones are OVERLOADED"),
    MAX_SESSIONS("dtm.max.sessions", SettingKind.NUMBER, "4096", "sessions open at a time"),
    MAX_RESOURCES("dtm.max.resources", SettingKind.NUMBER, "4096", "names of participants, ever"),
    MAX_INSTANCES("dtm.max.instances", SettingKind.NUMBER, "8", "processes that serve one resource at a time"),
    RETAINED_OUTCOMES("dtm.retained.outcomes", SettingKind.NUMBER, "1048576",
        "finished transactions whose outcome can be asked for"),
    RETENTION("dtm.retention", SettingKind.DURATION, "600s",
        "how long such an outcome is kept for certain, if there are not more; an idle coordinator keeps it longer"),
    RESEND_INITIAL("dtm.resend.initial", SettingKind.DURATION, "1s",
        "after which an unanswered message is sent again for the first time"),
    RESEND_MAX("dtm.resend.max", SettingKind.DURATION, "5s", "greatest time between two repetitions"),
    DRIVER_DIRECTORY("dtm.driver.directory", SettingKind.TEXT, "/dev/shm if it has 256m free, else dtm.directory",
        "embedded media driver: directory that its own is made in. On a disk that fills up it would fail"),
    UDP(AeronServerContext.UDP_ENABLED_PROP, SettingKind.FLAG, "true", "whether to listen on UDP"),
    IPC(AeronServerContext.IPC_ENABLED_PROP, SettingKind.FLAG, "true",
        "whether to listen on shared memory, for processes that share the media driver"),
    MAX_LINKS(AeronServerContext.MAX_LINKS_PROP, SettingKind.NUMBER, "1024", "links at a time; more are refused"),
    MAX_UNAUTHENTICATED(AeronServerContext.MAX_UNAUTHENTICATED_PROP, SettingKind.NUMBER, "64",
        "peers being authenticated at a time; more are refused"),
    CHALLENGE_TIMEOUT(AeronServerContext.CHALLENGE_TIMEOUT_PROP, SettingKind.DURATION, "5s",
        "how long a peer may take to be authenticated, and to answer each challenge"),
    CONNECT_TIMEOUT(AeronServerContext.CONNECT_TIMEOUT_PROP, SettingKind.DURATION, "5s",
        "how long a reply waits for a peer that takes none; then its link is gone"),
    INGRESS_STREAM(TransportChannels.INGRESS_STREAM_ID_PROP, SettingKind.NUMBER, "6801", "Aeron stream of requests"),
    RESPONSE_STREAM(TransportChannels.RESPONSE_STREAM_ID_PROP, SettingKind.NUMBER, "one more than the ingress stream's",
        "Aeron stream of replies"),
    MTU(TransportChannels.MTU_LENGTH_PROP, SettingKind.SIZE, "8k on loopback, 1408 elsewhere", "greatest UDP payload"),
    TERM_LENGTH(TransportChannels.TERM_LENGTH_PROP, SettingKind.SIZE, "1m",
        "length of a term buffer, a power of two, at least 1m"),
    SOCKET_BUFFER_LENGTH(TransportChannels.SOCKET_BUFFER_LENGTH_PROP, SettingKind.SIZE, "the media driver's",
        "SO_SNDBUF and SO_RCVBUF, bounded by the kernel"),
    RECEIVER_WINDOW_LENGTH(TransportChannels.RECEIVER_WINDOW_LENGTH_PROP, SettingKind.SIZE, "the media driver's",
        "flow-control window, not more than SO_RCVBUF"),
    LINGER(TransportChannels.LINGER_PROP, SettingKind.DURATION, "1s",
        "how long a closed stream is kept to answer requests for retransmission"),
    RETRY_INTERVAL(AeronInstanceContext.RETRY_INTERVAL_PROP, SettingKind.DURATION, "200ms",
        "between two attempts at what a media driver refused, or at finding one"),
    DRIVER_CLIENT_LIVENESS(EmbeddedDriverContext.CLIENT_LIVENESS_TIMEOUT_PROP, SettingKind.DURATION, "30s",
        "embedded media driver: silence after which it drops a client"),
    DRIVER_IMAGE_LIVENESS(EmbeddedDriverContext.IMAGE_LIVENESS_TIMEOUT_PROP, SettingKind.DURATION, "10s",
        "embedded media driver: silence after which a peer's stream is gone"),
    DRIVER_SESSION_LIMIT(EmbeddedDriverContext.STREAM_SESSION_LIMIT_PROP, SettingKind.NUMBER,
        "twice the links and 16", "embedded media driver: senders on one stream, also those that ended lately"),
    DRIVER_MAX_TERM_LENGTH(AeronServerContext.MAX_TERM_LENGTH_PROP, SettingKind.SIZE, "16m",
        "greatest term length of a peer's stream; one with longer terms is refused"),
    DRIVER_TIMEOUT(EmbeddedDriverContext.DRIVER_TIMEOUT_PROP, SettingKind.MILLISECONDS, "30000",
        "embedded media driver: its silence after which it counts as dead"),
    AERON_DIRECTORY(CommonContext.AERON_DIR_PROP_NAME, SettingKind.TEXT, "",
        "directory of an external media driver; empty: one is embedded. Start that one with "
            + "-Daeron.client.liveness.timeout=5s, see README"),
    AERON_DRIVER_TIMEOUT(AeronInstanceContext.DRIVER_TIMEOUT_PROP, SettingKind.MILLISECONDS,
        "10000 for an external media driver", "its silence after which a media driver counts as dead"),
    AERON_THREADING(Configuration.THREADING_MODE_PROP_NAME, SettingKind.TEXT, "by the number of cores",
        "embedded media driver: DEDICATED, SHARED_NETWORK or SHARED"),
    AERON_SHARED_IDLE(Configuration.SHARED_IDLE_STRATEGY_PROP_NAME, SettingKind.TEXT, "by the number of cores",
        "embedded media driver in SHARED: class name of an Agrona IdleStrategy"),
    AERON_SHARED_NETWORK_IDLE(Configuration.SHARED_NETWORK_IDLE_STRATEGY_PROP_NAME, SettingKind.TEXT,
        "by the number of cores", "the same for sender and receiver in SHARED_NETWORK"),
    AERON_SENDER_IDLE(Configuration.SENDER_IDLE_STRATEGY_PROP_NAME, SettingKind.TEXT, "by the number of cores",
        "the same for the sender in DEDICATED"),
    AERON_RECEIVER_IDLE(Configuration.RECEIVER_IDLE_STRATEGY_PROP_NAME, SettingKind.TEXT, "by the number of cores",
        "the same for the receiver in DEDICATED"),
    AERON_CONDUCTOR_IDLE(Configuration.CONDUCTOR_IDLE_STRATEGY_PROP_NAME, SettingKind.TEXT, "sleeps 1ms",
        "the same for the conductor in SHARED_NETWORK and DEDICATED");

    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final long DRIVER_BYTES = 256L << 20;
    private static final List<String> IN_MEMORY = List.of("tmpfs", "ramfs");
    private static final long SEGMENTS_BESIDE_INTERVALS = 5;
    private static final long NS_PER_MS = 1_000_000L;
    private static final String AERONS = "aeron.";

    private final String property;
    private final SettingKind kind;
    private final String defaultText;
    private final String description;

    ServerSetting(final String property, final SettingKind kind, final String defaultText, final String description) {
        this.property = property;
        this.kind = kind;
        this.defaultText = defaultText;
        this.description = description;
    }

    String property() {
        return property;
    }

    SettingKind kind() {
        return kind;
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

    static boolean isKnown(final String name) {
        return Arrays.stream(values()).anyMatch(setting -> setting.property.equals(name));
    }

    /**
     * A misspelt setting must not be ignored, whatever it looks like. Aeron's are its own to judge.
     *
     * @throws SettingException if it is neither one of these nor Aeron's.
     */
    static void checkName(final String name) {
        if (!name.startsWith(AERONS) && !isKnown(name)) {
            throw new SettingException("no such setting: " + name + Dtm.SEE + "dtm coordinator --settings");
        }
    }

    /**
     * Reads every value that was given once: the components that use some of them would ignore what they can't read.
     *
     * @throws SettingException that names the first that can't be read.
     */
    static void checkValues() {
        for (final ServerSetting setting : values()) {
            final String given = System.getProperty(setting.property);
            if (given != null) {
                setting.kind.check(setting.property, given);
            }
        }
    }

    /** Tells what is in force: every setting, and what else was given of Aeron's own. */
    static void describe(final Consumer<String> out) {
        for (final ServerSetting setting : values()) {
            out.accept("setting " + setting.property + "=" + setting.text());
        }
        System.getProperties().stringPropertyNames().stream()
            .filter(name -> name.startsWith(AERONS) && !isKnown(name))
            .sorted()
            .forEach(name -> out.accept("setting " + name + "=" + System.getProperty(name)));
    }

    private int milliseconds() {
        return checked(SettingKind.durationNs(property, text()) / NS_PER_MS);
    }

    private int number() {
        return SettingKind.number(property, text());
    }

    long size() {
        return SettingKind.size(property, text());
    }

    int intSize() {
        return checked(size());
    }

    private int checked(final long value) {
        if (value > Integer.MAX_VALUE) {
            throw new SettingException(property + "=" + text() + ": is too large");
        }
        return (int) value;
    }

    /** @return that of everything that the coordinator keeps. */
    static Path directory() {
        if (DIRECTORY.text().isEmpty()) {
            throw new SettingException(DIRECTORY.property + "=: name a directory");
        }
        return Path.of(DIRECTORY.text()).toAbsolutePath();
    }

    /** @return whether outcomes wait for the force. */
    static boolean isForced() {
        return switch (DURABILITY.text()) {
            case "force" -> true;
            case "append" -> false;
            default -> throw new SettingException(
                DURABILITY.property + "=" + DURABILITY.text() + ": must be force or append");
        };
    }

    /**
     * Sets what wasn't given and depends on the memory that there is now: once, so that it stays the same, and is told
     * with the others. A tail's directory that is named asks for staged storage.
     */
    static void settle() {
        // A start makes a new tail beside a former one, and a driver's buffers are sparse files: on a full disk a store
        // into them is a fault, which ends the driver.
        STORAGE.settle(TAIL_DIRECTORY.isGiven() || hasSharedMemory(2 * TAIL_LENGTH.size()) ? "staged" : "mapped");
        DRIVER_DIRECTORY.settle(hasSharedMemory(DRIVER_BYTES) ? SHARED_MEMORY.toString() : DIRECTORY.text());
    }

    private void settle(final String value) {
        if (!isGiven()) {
            System.setProperty(property, value);
        }
    }

    private boolean isGiven() {
        return !System.getProperty(property, "").isEmpty();
    }

    /**
     * @param directory of the journal.
     * @return how its files are written.
     */
    static JournalStorage storage(final Path directory) {
        return switch (STORAGE.text()) {
            case "mapped" -> new MappedStorage(directory);
            case "staged" -> new StagedStorage(directory, tailDirectory());
            default -> throw new SettingException(
                STORAGE.property + "=" + STORAGE.text() + ": must be mapped or staged");
        };
    }

    private static boolean hasSharedMemory(final long bytes) {
        final File memory = SHARED_MEMORY.toFile();
        return memory.canWrite() && IN_MEMORY.contains(fileSystem(SHARED_MEMORY)) && memory.getUsableSpace() >= bytes;
    }

    private static Path tailDirectory() {
        final Path directory = Path.of(TAIL_DIRECTORY.text());
        if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
            throw new SettingException(TAIL_DIRECTORY.property + "=" + directory
                + ": must be a directory that can be written to, in memory");
        }
        final String fileSystem = fileSystem(directory);
        if (!IN_MEMORY.contains(fileSystem)) {
            // It is never forced: a power loss would leave half of it, and the next start would refuse that.
            throw new SettingException(TAIL_DIRECTORY.property + "=" + directory + ": is on a disk (" + fileSystem
                + "); must be in memory (" + String.join(", ", IN_MEMORY) + ")");
        }
        return directory;
    }

    private static String fileSystem(final Path directory) {
        try {
            return Files.getFileStore(directory).type();
        } catch (final IOException unknown) {
            throw new SettingException("can't tell whether " + directory + " is in memory: " + unknown);
        }
    }

    /**
     * The first checkpoint lets nothing go, since there is none before it, and the second comes an interval later.
     *
     * @return bytes that all segments together may take; 0: no bound.
     */
    static long maxJournalLength() {
        final long given = MAX_JOURNAL_LENGTH.size();
        final long interval = CHECKPOINT_INTERVAL.size();
        final long segment = Math.max(1, SEGMENT_LENGTH.size());
        final long wholeSegments = (interval + segment - 1) / segment * segment;
        final long least = 2 * wholeSegments + SEGMENTS_BESIDE_INTERVALS * segment;
        if (given != 0 && interval != 0 && given < least) {
            throw new SettingException(MAX_JOURNAL_LENGTH.property + "=" + MAX_JOURNAL_LENGTH.text()
                + ": must be 0 or at least " + least + ", twice " + CHECKPOINT_INTERVAL.property + " and "
                + SEGMENTS_BESIDE_INTERVALS + " times " + SEGMENT_LENGTH.property
                + ": else it is full before checkpoints can let segments go");
        }
        return given;
    }

    /** @return how many threads the stages get. */
    static Threading threading() {
        return switch (THREADING.text()) {
            case "auto" -> Threading.of(Runtime.getRuntime().availableProcessors());
            case "dedicated" -> Threading.DEDICATED;
            case "shared" -> Threading.SHARED;
            default -> throw new SettingException(
                THREADING.property + "=" + THREADING.text() + ": must be auto, dedicated or shared");
        };
    }

    /** @return what the coordinator itself is to know. */
    static CoordinatorSettings coordinatorSettings() {
        try {
            final CoordinatorSettings settings = newCoordinatorSettings();
            BacklogBounds.check(settings);
            return settings;
        } catch (final IllegalArgumentException outOfRange) {
            throw new SettingException(nameIn(outOfRange.getMessage()) + outOfRange.getMessage());
        }
    }

    /** Components name their own fields ("maxTimeoutMs must be ..."); the operator gave a property. */
    static String nameIn(final String message) {
        return Arrays.stream(values())
            .filter(setting -> message.matches(setting.camelCase() + "(Ms|Bytes)? .*"))
            .map(setting -> setting.property + "=" + setting.text() + ": ")
            .findFirst()
            .orElse("");
    }

    private String camelCase() {
        final StringBuilder name = new StringBuilder();
        for (final String word : name().toLowerCase(Locale.ROOT).split("_")) {
            name.append(name.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return name.toString();
    }

    private static CoordinatorSettings newCoordinatorSettings() {
        return new CoordinatorSettings(
            DEFAULT_TIMEOUT.milliseconds(), MAX_TIMEOUT.milliseconds(), SESSION_TIMEOUT.milliseconds(),
            MAX_BRANCHES.number(), MAX_BRANCH_PAYLOAD.intSize(), MAX_TRANSACTION_PAYLOAD.intSize(),
            MAX_TRANSACTIONS.number(), MAX_SESSIONS.number(), MAX_RESOURCES.number(), MAX_INSTANCES.number(),
            MAX_PAYLOAD_TOTAL.size(), RETAINED_OUTCOMES.number(), RETENTION.milliseconds(),
            RESEND_INITIAL.milliseconds(), RESEND_MAX.milliseconds(),
            isForced() ? CoordinatorSettings.DURABILITY_FORCE : CoordinatorSettings.DURABILITY_APPEND);
    }
}
