package io.dtm.core;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.dtm.core.journal.reading.CheckpointHeader;
import io.dtm.core.journal.reading.Corruption;
import io.dtm.core.journal.reading.JournalReader;
import io.dtm.core.journal.reading.JournalTail;
import io.dtm.core.journal.reading.RecordHandler;
import io.dtm.core.journal.reading.SegmentSummary;
import io.dtm.core.journal.reading.TailSummary;
import io.dtm.core.journal.reading.Upgrade;
import java.util.Date;
import java.util.Random;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.BlockingQueue;
import org.agrona.IoUtil;
import org.agrona.MarkFile;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What each package of {@code core} may import; ARCHITECTURE.md tells why. The packages:
 *
 * <pre>
 *   ingress --> ring --> journal --> (event) --> coordinator --> egress        recovery = journal, event, coordinator
 * </pre>
 *
 * The journal's rooms:
 *
 * <pre>
 *   journal ----------> journal.reading --> storage <-- storage.simulated
 *   journal.inspection -----^
 * </pre>
 *
 * Ports that two packages share lie in {@code io.dtm.core} itself.
 */
@AnalyzeClasses(packages = "io.dtm.core", importOptions = ImportOption.DoNotIncludeTests.class)
class ImportRulesTest {
    private static final String PORTS = "io.dtm.core";
    private static final String CODEC = "io.dtm.codec..";
    private static final String AGRONA = "org.agrona..";
    private static final String JAVA_LANG = "java.lang..";
    private static final String JAVA_UTIL = "java.util..";
    private static final String JAVA_NIO = "java.nio..";
    private static final String JAVA_IO = "java.io";
    private static final String INGRESS = "io.dtm.core.ingress..";
    private static final String RING = "io.dtm.core.ring..";
    private static final String JOURNAL = "io.dtm.core.journal";
    private static final String INSPECTION = "io.dtm.core.journal.inspection..";
    private static final String READING = "io.dtm.core.journal.reading..";
    private static final String STORAGE = "io.dtm.core.storage";
    private static final String SIMULATED = "io.dtm.core.storage.simulated..";
    private static final String COORDINATOR = "io.dtm.core.coordinator..";
    private static final String EVENT = "io.dtm.core.event..";
    private static final String EGRESS = "io.dtm.core.egress..";
    private static final String RECOVERY = "io.dtm.core.recovery..";

    @ArchTest
    static final ArchRule ONLY_RING_SEES_DISRUPTOR = noClasses().that().resideOutsideOfPackage(RING)
        .should().dependOnClassesThat().resideInAPackage("com.lmax.disruptor..")
        .allowEmptyShould(true);

    @ArchTest
    static final ArchRule NOTHING_SEES_AERON = noClasses()
        .should().dependOnClassesThat().resideInAPackage("io.aeron..")
        .allowEmptyShould(true);

    @ArchTest
    static final ArchRule NOTHING_LOCKS = noClasses()
        .should().dependOnClassesThat(are(resideInAPackage("java.util.concurrent.locks..")
            .or(assignableTo(BlockingQueue.class)).as("locks or blocking queues")))
        .allowEmptyShould(true);

    @ArchTest
    static final ArchRule COORDINATOR_SEES_ONLY_BUFFERS = classes().that().resideInAPackage(COORDINATOR)
        .should().onlyDependOnClassesThat(are(
            resideInAnyPackage(COORDINATOR, "java.lang", "java.lang.annotation", "java.lang.invoke",
                "java.lang.runtime", "java.util", "java.util.function", "org.agrona", "org.agrona.collections")
            .or(belongToAnyOf(UnsafeBuffer.class))
            .as("buffers, collections or its own")))
        .allowEmptyShould(true);

    @ArchTest
    static final ArchRule COORDINATOR_STARTS_NO_THREAD = noClasses().that().resideInAPackage(COORDINATOR)
        .should().dependOnClassesThat().belongToAnyOf(Thread.class, ThreadLocal.class, Runtime.class, Process.class,
            ProcessBuilder.class, Timer.class, TimerTask.class, Random.class, Date.class, IoUtil.class, MarkFile.class)
        .allowEmptyShould(true);

    @ArchTest
    static final ArchRule COORDINATOR_READS_NO_CLOCK = noClasses().that().resideInAPackage(COORDINATOR)
        .should().accessTargetWhere(systemMemberOtherThan("arraycopy"))
        .allowEmptyShould(true);

    @ArchTest
    static final ArchRule INGRESS_SEES_CODEC_AND_PORTS = packageSeesOnly(INGRESS,
        INGRESS, PORTS, CODEC, AGRONA, JAVA_LANG, JAVA_UTIL, JAVA_NIO);

    @ArchTest
    static final ArchRule EVENT_SEES_CODEC_AND_COORDINATOR = packageSeesOnly(EVENT,
        EVENT, COORDINATOR, PORTS, CODEC, AGRONA, JAVA_LANG, JAVA_UTIL, JAVA_NIO);

    @ArchTest
    static final ArchRule EGRESS_SEES_CODEC_AND_COORDINATOR = packageSeesOnly(EGRESS,
        EGRESS, COORDINATOR, PORTS, CODEC, AGRONA, JAVA_LANG, JAVA_UTIL, JAVA_NIO);

    @ArchTest
    static final ArchRule JOURNAL_SEES_READING_AND_STORAGE = packageSeesOnly(JOURNAL,
        JOURNAL, READING, STORAGE, PORTS, CODEC, AGRONA, JAVA_LANG, JAVA_UTIL, JAVA_NIO, JAVA_IO);

    @ArchTest
    static final ArchRule INSPECTION_SEES_READING_AND_STORAGE = packageSeesOnly(INSPECTION,
        INSPECTION, READING, STORAGE, CODEC, AGRONA, JAVA_LANG, JAVA_UTIL, JAVA_NIO, JAVA_IO);

    @ArchTest
    static final ArchRule READING_SEES_CODEC_AND_STORAGE = packageSeesOnly(READING,
        READING, STORAGE, CODEC, AGRONA, JAVA_LANG, JAVA_UTIL, JAVA_NIO, JAVA_IO);

    @ArchTest
    static final ArchRule STORAGE_SEES_CODEC_AND_FILES = packageSeesOnly(STORAGE,
        STORAGE, CODEC, AGRONA, JAVA_LANG, JAVA_UTIL, JAVA_NIO, JAVA_IO);

    @ArchTest
    static final ArchRule SIMULATED_STORAGE_SEES_STORAGE = packageSeesOnly(SIMULATED,
        SIMULATED, STORAGE, AGRONA, JAVA_LANG, JAVA_UTIL, JAVA_NIO, JAVA_IO);

    @ArchTest
    static final ArchRule ONLY_TESTS_SEE_THE_SIMULATED_STORAGE = noClasses().that().resideOutsideOfPackage(SIMULATED)
        .should().dependOnClassesThat().resideInAPackage(SIMULATED);

    @ArchTest
    static final ArchRule RECOVERY_SEES_WHAT_IT_JOINS = packageSeesOnly(RECOVERY,
        RECOVERY, JOURNAL, READING, INSPECTION, STORAGE, EVENT, COORDINATOR, PORTS, CODEC, AGRONA, JAVA_LANG,
        JAVA_UTIL, JAVA_NIO, JAVA_IO);

    @ArchTest
    static final ArchRule HOW_BYTES_ARE_READ_STAYS_IN_THE_JOURNAL = noClasses()
        .that().resideOutsideOfPackages(JOURNAL, INSPECTION, READING)
        .should().dependOnClassesThat(are(resideInAPackage(READING).and(not(belongToAnyOf(
            JournalReader.class, JournalTail.class, RecordHandler.class, SegmentSummary.class, TailSummary.class,
            CheckpointHeader.class, Corruption.class, Upgrade.class))).as("what reading has for the journal alone")));

    private static ArchRule packageSeesOnly(final String of, final String... allowed) {
        return classes().that().resideInAPackage(of)
            .should().onlyDependOnClassesThat().resideInAnyPackage(allowed)
            .allowEmptyShould(true);
    }

    private static DescribedPredicate<JavaAccess<?>> systemMemberOtherThan(final String allowed) {
        return DescribedPredicate.describe("is a member of System other than " + allowed, access -> {
            final AccessTarget target = access.getTarget();
            final JavaClass owner = target.getOwner();
            return owner.isEquivalentTo(System.class) && !target.getName().equals(allowed);
        });
    }
}
