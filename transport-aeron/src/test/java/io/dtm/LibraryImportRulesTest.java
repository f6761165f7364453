package io.dtm;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Date;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.Executor;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/** What the client and participant library may import: its logic must run under the simulator unchanged. */
@AnalyzeClasses(
    packages = {"io.dtm.session", "io.dtm.client", "io.dtm.participant"},
    importOptions = ImportOption.DoNotIncludeTests.class)
class LibraryImportRulesTest {
    private static final String SESSION = "io.dtm.session..";
    /** Opens the library over Aeron; the one public class that may name it. */
    private static final String ENTRY_POINT = "io\\.dtm\\.client\\.Dtm(\\$.*)?";

    @ArchTest
    static final ArchRule ONLY_THE_ENTRY_POINT_SEES_AERON = noClasses().that().haveNameNotMatching(ENTRY_POINT)
        .should().dependOnClassesThat().resideInAnyPackage("io.aeron..", "io.dtm.transport.aeron..")
        .allowEmptyShould(true);

    @ArchTest
    static final ArchRule LIBRARY_HAS_NO_JOURNAL = noClasses()
        .should().dependOnClassesThat().resideInAnyPackage("io.dtm.core.journal..", "io.dtm.core.storage..")
        .allowEmptyShould(true);

    @ArchTest
    static final ArchRule SESSION_KNOWS_NOTHING_OF_ITS_USERS = noClasses().that().resideInAPackage(SESSION)
        .should().dependOnClassesThat().haveNameMatching(ENTRY_POINT)
        .allowEmptyShould(true);

    @ArchTest
    static final ArchRule SESSION_HAS_NO_THREADS = noClasses().that().resideInAPackage(SESSION)
        .should().dependOnClassesThat(are(assignableTo(Executor.class)
            .or(belongToAnyOf(Thread.class, Timer.class, TimerTask.class, AgentRunner.class))
            .or(resideInAnyPackage("java.util.concurrent.locks.."))
            .as("threads, executors or locks")))
        .allowEmptyShould(true);

    @ArchTest
    static final ArchRule SESSION_HAS_NO_SOCKETS = noClasses().that().resideInAPackage(SESSION)
        .should().dependOnClassesThat().resideInAnyPackage("java.net..", "java.nio.channels..", "java.nio.file..")
        .allowEmptyShould(true);

    @ArchTest
    static final ArchRule SESSION_READS_NO_CLOCK = noClasses().that().resideInAPackage(SESSION)
        .should().accessTargetWhere(systemClock())
        .orShould().dependOnClassesThat(are(assignableTo(EpochClock.class).or(assignableTo(NanoClock.class))
            .or(belongToAnyOf(Date.class)).or(resideInAnyPackage("java.time..")).as("clocks")))
        .allowEmptyShould(true);

    private static DescribedPredicate<JavaAccess<?>> systemClock() {
        return DescribedPredicate.describe("is a clock of System", access -> {
            final AccessTarget target = access.getTarget();
            return target.getOwner().isEquivalentTo(System.class)
                && (target.getName().equals("nanoTime") || target.getName().equals("currentTimeMillis"));
        });
    }
}
