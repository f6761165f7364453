package io.dtm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.server.process.ChildProcess;
import io.dtm.server.process.FreePorts;
import io.dtm.server.process.ReadyLine;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the program says of its settings, and how it ends when one can't be used: a real process each time. */
class CoordinatorCommandTest {
    private static final int LIMIT_S = 60;
    private static final int BAD_SETTING = 2;

    @TempDir
    private Path directory;
    private ChildProcess coordinator;

    @AfterEach
    void kill() throws Exception {
        if (coordinator != null) {
            coordinator.kill();
        }
        final Path pointer = directory.resolve("data/journal/coordinator.tail");
        if (Files.exists(pointer)) {
            Files.deleteIfExists(Path.of(Files.readAllLines(pointer).get(0))); // In shared memory.
        }
    }

    private ChildProcess start(final String... arguments) throws Exception {
        return start(List.of(), arguments);
    }

    private ChildProcess start(final List<String> jvmOptions, final String... arguments) throws Exception {
        final List<String> options = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        options.addAll(jvmOptions);
        final List<String> all =
            new ArrayList<>(List.of("coordinator", "-D", "dtm.driver.directory=" + directory.resolve("aeron")));
        all.addAll(List.of(arguments));
        coordinator = new ChildProcess("coordinator", directory.resolve("log"),
            options, Dtm.class.getName(), all);
        coordinator.start();
        return coordinator;
    }

    private String dataDirectory() {
        return "dtm.directory=" + directory.resolve("data");
    }

    private void assertRefused(final String... said) throws Exception {
        assertEquals(BAD_SETTING, coordinator.exitStatus(LIMIT_S), coordinator.said());
        final List<String> lines = coordinator.said().lines().toList();
        assertEquals(1, lines.size(), coordinator.said());
        for (final String text : said) {
            assertTrue(lines.get(0).contains(text), lines.get(0));
        }
        assertFalse(Files.exists(directory.resolve("data")), "nothing was started");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "dtm.max.sessions=many           | a whole number",
        "dtm.max.links=-5                | no such setting",
        "dtm.ingress.max.links=-5        | must not be negative",
        "dtm.ingress.max.links=0         | limits must be positive",
        "dtm.ingress.max.links=1k        | a whole number",
        "dtm.ingress.udp=yes             | true or false",
        "dtm.directory=                  | dtm.directory=: name a directory",
        "dtm.retention=soon              | a duration with a unit",
        "dtm.retention=600               | a duration with a unit",
        "dtm.ingress.challenge.timeout=x | a duration with a unit",
        "dtm.transport.mtu.length=big    | a size in bytes",
        "dtm.transport.mtu.length=100    | MTU must be a multiple of 32",
        "dtm.transport.term.length=1000k | power of two",
        "dtm.journal.segment.length=70000 | dtm.journal.segment.length=70000: segmentLength must be a multiple of 4096",
        "dtm.journal.storage=none        | dtm.journal.storage=none: must be mapped or staged",
        "dtm.journal.tail.length=3m      | dtm.journal.tail.length=3m: tailLength must be a power of two",
        "dtm.journal.tail.length=64k     | dtm.journal.tail.length=64k: tailLength must be",
        "dtm.journal.max.length=831m     | dtm.journal.max.length=831m: must be 0 or at least 872415232",
        "dtm.journal.low.space=some      | a size in bytes",
        "dtm.transaction.timeout.max=61s | dtm.transaction.timeout.max=61s: maxTimeoutMs must be 1 to 60000: 61000",
        "dtm.max.transactions=16777216   | dtm.max.transactions=16777216: maxTransactions is too great: a participant",
        "dtm.max.payload.total=1g        | dtm.max.payload.total=1g: maxPayloadTotalBytes is too great: a participant",
        "dtm.durability=maybe            | must be force or append",
        "dtm.threading=none              | must be auto, dedicated or shared",
        "dtm.ingress.endpoint=nowhere    | dtm.ingress.endpoint=nowhere: must be host:port",
        "dtm.response.endpoint=here:x    | dtm.response.endpoint=here:x: must be host:port",
        "durability=append               | no such setting: durability; see: dtm coordinator --settings",
        "java.io.tmpdir=/tmp             | no such setting: java.io.tmpdir",
        "nothing                         | Value for option '-D'",
        "dtm.ingress.endpoint=0.0.0.0:1  | dtm.ingress.unauthenticated.allowed=true",
        "dtm.driver.timeout.ms=3s        | a whole number of milliseconds",
        "aeron.threading.mode=MANY       | MANY",
    })
    void shouldSayInOneLineWhySettingsCanNotBeUsed(final String setting, final String why) throws Exception {
        start("-D", dataDirectory(), "-D", setting);

        assertRefused(why);
    }

    @Test
    void shouldNameATailDirectoryThatIsNone() throws Exception {
        start("-D", dataDirectory(), "-D", "dtm.journal.storage=staged", "-D", "dtm.journal.tail.directory=/none");

        assertRefused("dtm.journal.tail.directory=/none: must be a directory that can be written to, in memory");
    }

    /** Threads that run by then must not keep the process, its lock and its port. */
    @Test
    void shouldEndWhenThereIsNoMemoryForAStart() throws Exception {
        coordinator = new ChildProcess("coordinator", directory.resolve("log"),
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx28m"), Dtm.class.getName(),
            List.of("coordinator", "-D", dataDirectory(), "-D", "dtm.driver.directory=" + directory.resolve("aeron"),
                "-D", "dtm.ingress.endpoint=localhost:" + FreePorts.udpPair()));
        coordinator.start();

        assertEquals(70, coordinator.exitStatus(LIMIT_S), coordinator.said());
        assertTrue(coordinator.said().contains("OutOfMemoryError"), coordinator.said());
    }

    @Test
    void shouldWarnOfAHeapThatIsSmallForWhatMayWait() throws Exception {
        final String warning = "WARNING: the greatest heap is ";
        final String endpoint = "dtm.ingress.endpoint=localhost:" + FreePorts.udpPair();
        start(List.of("-Xmx300m"), "-D", dataDirectory(), "-D", endpoint).awaitLine(ReadyLine.COORDINATOR, LIMIT_S);
        assertTrue(coordinator.said().contains(warning), coordinator.said());
        assertTrue(coordinator.said().contains("dtm.max.transactions and dtm.max.payload.total"), coordinator.said());
        coordinator.stop(LIMIT_S);

        start(List.of("-Xmx300m"), "-D", dataDirectory(), "-D", endpoint, "-D", "dtm.max.transactions=100000",
            "-D", "dtm.max.payload.total=32m").awaitLine(ReadyLine.COORDINATOR, LIMIT_S);
        assertFalse(coordinator.said().contains(warning), coordinator.said());
    }

    @Test
    void shouldBeReadyOnlyWhenItServes() throws Exception {
        final AtomicInteger asked = new AtomicInteger();
        final AtomicInteger ready = new AtomicInteger();

        CoordinatorCommand.onceServing(
            () -> asked.incrementAndGet() > 3, new CountDownLatch(1), ready::incrementAndGet);
        assertEquals(1, ready.get());
        assertTrue(asked.get() > 3);

        CoordinatorCommand.onceServing(() -> false, new CountDownLatch(0), ready::incrementAndGet);
        assertEquals(1, ready.get(), "it was told to stop before");
    }

    @Test
    void shouldRefuseASettingThatItDoesNotKnowInAPropertyFileToo() throws Exception {
        final Path file = Files.writeString(directory.resolve("my.properties"),
            dataDirectory() + "\ndtm.durabilty=append\n");

        start(file.toString());

        assertRefused("no such setting: dtm.durabilty", "dtm coordinator --settings");
    }

    @Test
    void shouldNameAPropertyFileThatItCanNotRead() throws Exception {
        start(directory.resolve("none.properties").toString());

        assertRefused("can't read the property file " + directory.resolve("none.properties"));
    }

    @Test
    void shouldTakeEverySettingThatItListsAndPrintItAtTheStart() throws Exception {
        final Path file = Files.writeString(directory.resolve("my.properties"),
            "dtm.ingress.max.links=77\ndtm.driver.stream.session.limit=99\ndtm.transport.linger=2s\n");

        start(file.toString(), "-D", dataDirectory(),
            "-D", "dtm.ingress.endpoint=localhost:" + FreePorts.udpPair(),
            "-D", "aeron.dir=",
            "-D", "dtm.ingress.max.links=78",
            "-D", "dtm.ingress.unauthenticated.allowed=true",
            "-D", "aeron.threading.mode=SHARED",
            "-D", "aeron.term.buffer.sparse.file=true").awaitLine(ReadyLine.COORDINATOR, LIMIT_S);

        for (final ServerSetting setting : ServerSetting.values()) {
            assertTrue(coordinator.said().contains(" setting " + setting.property() + "="), setting::property);
        }
        for (final String given : List.of("dtm.ingress.max.links=78", "dtm.driver.stream.session.limit=99",
            "dtm.transport.linger=2s", "dtm.ingress.unauthenticated.allowed=true", "aeron.threading.mode=SHARED",
            "aeron.term.buffer.sparse.file=true")) {
            assertTrue(coordinator.said().contains(" setting " + given + "\n"), given);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "coordinator --version", "journal dump --version", "simulate --version"})
    void shouldTellItsVersionAndThoseOfItsFormats(final String command) {
        final StringWriter said = new StringWriter();
        final CommandLine program = Dtm.commandLine().setOut(new PrintWriter(said));

        assertEquals(0, program.execute(command.split(" ")));

        assertTrue(said.toString().matches(
            "(?s)dtm \\d+\\.\\d+.*formats: messages \\d+, journal \\d+, checkpoint \\d+\\s*"), said::toString);
    }

    @Test
    void shouldListSettingsWithUnitAndDefault() throws Exception {
        start("--settings");

        assertEquals(0, coordinator.exitStatus(LIMIT_S), coordinator.said());
        assertTrue(coordinator.said().contains("dtm.response.connect.timeout=5s\n"), coordinator.said());
        assertTrue(coordinator.said().contains("a duration with a unit"), coordinator.said());
    }

    @Test
    void shouldSayOnTheErrorStreamWhyItDoesNotStart() throws Exception {
        final Path file = Files.createFile(directory.resolve("data"));
        final Path errors = directory.resolve("errors");
        final Process process = new ProcessBuilder(ChildProcess.command(
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"), Dtm.class.getName(),
            List.of("coordinator", "-D", "dtm.directory=" + file)))
            .redirectOutput(directory.resolve("log").toFile())
            .redirectError(errors.toFile())
            .start();
        try {
            assertTrue(process.waitFor(LIMIT_S, TimeUnit.SECONDS));
        } finally {
            process.destroyForcibly();
        }

        assertEquals(BAD_SETTING, process.exitValue());
        assertTrue(Files.readString(errors).contains(
            "dtm.directory=" + file + ": this directory can't be made: "), Files.readString(errors));
    }

    @Test
    void shouldSayThatItsPortIsTaken() throws Exception {
        final int port = FreePorts.udpPair();
        try (DatagramSocket taken = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
            start("-D", dataDirectory(), "-D", "dtm.ingress.endpoint=localhost:" + port);

            assertEquals(ExitStatus.STAGE_FAILED.code(), coordinator.exitStatus(LIMIT_S), coordinator.said());
            final List<String> told =
                coordinator.said().lines().filter(line -> !line.contains(" setting ")).toList();
            assertEquals(2, told.size(), coordinator.said());
            assertTrue(told.get(0).contains("first start"), told::toString);
            assertTrue(told.get(1).endsWith("the coordinator doesn't start: another program has the port localhost:"
                + port + " or localhost:" + (port + 1) + "; choose another by dtm.ingress.endpoint"), told.get(0));
            assertTrue(taken.isBound());
        }
    }
}
