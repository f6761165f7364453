package io.dtm.simulation.transcript;

import io.dtm.core.storage.simulated.Survival;
import io.dtm.client.Acknowledge;
import io.dtm.client.Refusal;
import io.dtm.participant.BranchId;
import io.dtm.session.JoinListener;
import io.dtm.simulation.resource.OnePhase;
import io.dtm.simulation.resource.Work;
import io.dtm.simulation.transcript.TranscriptWorld.Pattern;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;

/**
 * The language of transcripts: each verb is one line here, and one in docs/testing.md. A line that nobody understands
 * is an error.
 */
final class Script {
    private record Verb(java.util.regex.Pattern pattern, Consumer<MatchResult> action) {
    }

    private static final String WORD = "(PREPARE|COMMIT|ROLLBACK|ONE-PHASE COMMIT|FORGET|JOINED|OUTCOME|REJECTED|SUBMIT"
        + "|BEGIN|JOIN|COMMIT REQUEST|ROLLBACK REQUEST|INQUIRY|VOTE|ACKNOWLEDGEMENT|RESULT|IN DOUBT|REGISTER)";
    private static final String NAME = "([CP][0-9][a-z]?)";
    private static final String NAMES = "((?:[CP][0-9][a-z]?)(?:, [CP][0-9][a-z]?)*)";
    private static final String TRANSACTION = "(T[0-9]+)";

    private final TranscriptWorld world;
    private final List<Verb> verbs = new ArrayList<>();
    private long lastPart;
    private long lastRequest;

    Script(final TranscriptWorld world) {
        this.world = world;
        processes();
        clients();
        participants();
        network();
        forgeries();
        operators();
        expectations();
    }

    /** Whether a line is of the language. */
    boolean understands(final String line) {
        return verbs.stream().anyMatch(verb -> verb.pattern().matcher(line).matches());
    }

    int size() {
        return verbs.size();
    }

    /** How many verbs one of these lines uses. */
    long used(final List<String> lines) {
        return verbs.stream().filter(verb -> lines.stream().anyMatch(line -> verb.pattern().matcher(line).matches()))
            .count();
    }

    /** Runs one line. */
    void run(final String line) {
        for (final Verb verb : verbs) {
            final Matcher matcher = verb.pattern().matcher(line);
            if (matcher.matches()) {
                verb.action().accept(matcher.toMatchResult());
                world.settle();
                return;
            }
        }
        throw new AssertionError("no verb of docs/testing.md fits this line");
    }

    private void verb(final String pattern, final Consumer<MatchResult> action) {
        verbs.add(new Verb(java.util.regex.Pattern.compile(pattern
            .replace("{word}", WORD).replace("{name}", NAME).replace("{names}", NAMES)
            .replace("{t}", TRANSACTION)), action));
    }

    private static List<String> list(final String names) {
        return names == null ? List.of() : Arrays.asList(names.split(", "));
    }

    private void processes() {
        verb("coordinator starts", m -> world.coordinator.start());
        verb("coordinator answers before it forces", m -> world.answerBeforeForcing());
        verb("coordinator is killed", m -> world.coordinator.kill());
        verb("coordinator loses power", m -> world.coordinator.losePower(Survival.NOTHING));
        verb("coordinator stands still for ([0-9]+) seconds?", m -> world.coordinator.pause(
            world.schedule.nowNs() + Long.parseLong(m.group(1)) * 1_000_000_000L));
        verb("the directory is copied", m -> world.coordinator.copyStorage());
        verb("coordinator starts from the copy(, as an operator says)?", m ->
            world.coordinator.startFromCopy(m.group(1) != null));
        verb("hold the force", m -> world.coordinator.holdForce(true));
        verb("hold the force behind REGISTER of {name}", m -> world.holdForceBehindRegister(m.group(1)));
        verb("let the force end", m -> world.coordinator.holdForce(false));
        verb("{names} starts?", m -> list(m.group(1)).forEach(world::start));
        verb("{name} starts for {name}", m -> world.startParticipant(m.group(1), m.group(2)));
        verb("{names} crash(?:es)?", m -> list(m.group(1)).forEach(name -> {
            world.checker.faults().peerFails(name, world.schedule.nowNs());
            world.peer(name).kill();
        }));
        verb("{name} serves {name}, too", m -> world.serveToo(m.group(1), m.group(2)));
        verb("{name} remembers ([0-9]+) branch(?:es)?", m ->
            world.remembered.put(m.group(1), Integer.parseInt(m.group(2))));
        verb("{name} forgets epochs", m -> world.peer(m.group(1)).forgetEpochs());
        verb("{name} can commit alone", m -> world.onePhase.put(m.group(1), OnePhase.ALONE));
        verb("{name} can't prepare", m -> world.onePhase.put(m.group(1), OnePhase.LAST_AGENT));
        verb("{name} stands still for ([0-9]+) seconds?", m -> world.peer(m.group(1)).pause(
            world.schedule.nowNs() + Long.parseLong(m.group(2)) * 1_000_000_000L));
        verb("([0-9]+) seconds? pass(?:es)?", m -> world.pass(Long.parseLong(m.group(1))));
    }

    private void clients() {
        verb("{name} submits {t} to {names}(?: within ([0-9]+) seconds)?", m -> world.client(m.group(1)).submit(
            Names.request(m.group(2)), list(m.group(3)), timeout(m.group(4)), Acknowledge.DECIDED));
        verb("{name} looks up {names}", m ->
            list(m.group(2)).forEach(name -> world.client(m.group(1)).withResource(name, resourceId -> { })));
        verb("{name} begins {t}(?: for ([0-9]+) seconds)?", m ->
            world.client(m.group(1)).begin(Names.request(m.group(2)), timeout(m.group(3))));
        verb("{name} calls {name} in {t}", m -> call(m.group(1), m.group(2), m.group(3)));
        verb("{name} commits {t}(?: expecting {names})?", m -> {
            final List<String> expected = list(m.group(3));
            world.client(m.group(1)).commit(Names.request(m.group(2)), expected);
            expected.forEach(name -> world.client(m.group(1)).withResource(name, resourceId ->
                world.checker.onNamed(world.names.transaction(m.group(2)), resourceId)));
        });
        verb("{name} rolls back {t}", m -> world.client(m.group(1)).rollBack(Names.request(m.group(2))));
        verb("{name} asks for {t}", m -> world.client(m.group(1)).ask(
            Names.request(m.group(2)), world.names.transaction(m.group(2))));
    }

    private static int timeout(final String seconds) {
        return seconds == null ? 0 : Integer.parseInt(seconds) * 1000;
    }

    /** The application calls a service, which works and joins, and answers when it has joined. */
    private void call(final String client, final String service, final String name) {
        final long requestId = Names.request(name);
        final long part = 1L << lastPart++;
        final String resource = world.resource(service);
        final ScriptedClient caller = world.client(client);
        caller.withResource(resource, resourceId -> world.participants.get(service).serve(
            caller, resource, caller.transaction(requestId), new Work(requestId, part), new JoinListener() {
                @Override
                public void onJoined() {
                    world.received.add(client, service + "'s answer in " + name, false);
                    world.checker.onServed(world.names.transaction(name), resourceId, part);
                }

                @Override
                public void onRefused(final Refusal refusal, final String text) {
                    world.received.add(client, service + "'s failure in " + name, false);
                }
            }));
    }

    private void participants() {
        verb("{name} votes (YES|NO|READ-ONLY) on {t}", m -> world.participant(m.group(1)).vote(
            world.names.transaction(m.group(3)), m.group(2)));
        verb("{name} commits {t} alone", m -> world.participant(m.group(1)).commitAlone(
            world.names.transaction(m.group(2)), true));
        verb("{name} can't commit {t} alone", m -> world.participant(m.group(1)).commitAlone(
            world.names.transaction(m.group(2)), false));
        verb("{name}'s database stalls", m -> world.databases.get(m.group(1)).stall());
        verb("{name}'s database goes on", m -> world.databases.get(m.group(1)).goOn());
    }

    private void network() {
        verb("hold {word}(?: {t})? (?:to|from) {name}", m -> world.hold(pattern(m)));
        verb("deliver {word}(?: {t})? (?:to|from) {name}", m -> world.deliver(pattern(m)));
        verb("a copy of {word} {t} (?:to|from) {name} arrives", m -> world.replay(pattern(m)));
        verb("([0-9]+) copies of {word} {t} (?:to|from) {name} arrive", m -> {
            final Pattern pattern = new Pattern(Word.named(m.group(2)), m.group(3), m.group(4));
            for (int i = Integer.parseInt(m.group(1)); i > 0; i--) {
                world.replay(pattern);
            }
        });
        verb("{name} loses its link", m -> {
            world.checker.faults().peerFails(m.group(1), world.schedule.nowNs());
            world.peer(m.group(1)).link().lose();
        });
        verb("{names} (?:is|are) cut off for ([0-9]+) seconds", m -> list(m.group(1)).forEach(name -> {
            world.checker.faults().peerFails(name, world.schedule.nowNs());
            world.peer(name).link().partition(
                world.schedule.nowNs() + Long.parseLong(m.group(2)) * 1_000_000_000L);
        }));
    }

    private void forgeries() {
        verb("{name} says YES on {t} of epoch ([0-9]+)", m -> world.forge(m.group(1),
            world.forged.yes(world.names.transaction(m.group(2)), Integer.parseInt(m.group(3)))));
        verb("{name} asks about {t} of epoch ([0-9]+)", m -> world.forge(m.group(1),
            world.forged.inDoubt(world.names.transaction(m.group(2)), Integer.parseInt(m.group(3)), 0)));
        verb("{name} asks about {t} of another coordinator", m -> world.forge(m.group(1),
            world.forged.inDoubt(world.names.transaction(m.group(2)), 1, 1)));
    }

    private static Pattern pattern(final MatchResult match) {
        final String transaction = match.group(2) == null ? Names.NONE : match.group(2);
        return new Pattern(Word.named(match.group(1)), transaction, match.group(3));
    }

    private void operators() {
        verb("operator rolls back {t}", m ->
            world.coordinator.operators().rollback(++lastRequest, world.names.transaction(m.group(1))));
        verb("operator settles {name} in {t} by (COMMIT|ROLLBACK)", m -> world.coordinator.operators().settle(
            ++lastRequest, world.names.transaction(m.group(2)), branch(m.group(1), m.group(2)),
            "COMMIT".equals(m.group(3))));
        verb("operator purges {name} in {t}", m -> world.coordinator.operators().purge(
            ++lastRequest, world.names.transaction(m.group(2)), branch(m.group(1), m.group(2))));
        verb("operator confirms that nothing is missing", m ->
            world.coordinator.operators().confirmRecovered(++lastRequest));
    }

    private int branch(final String participant, final String transaction) {
        for (final BranchId branch : prepared(participant)) {
            if (branch.transactionId() == world.names.transaction(transaction)) {
                return branch.branchId();
            }
        }
        throw new AssertionError(participant + " has nothing prepared of " + transaction);
    }

    private List<BranchId> prepared(final String participant) {
        return world.databases.get(participant).database().prepared();
    }

    private void expectations() {
        verb("expect {name} gets {word} {t}( again)?", m -> world.received.expect(
            m.group(1), Word.named(m.group(2)) + " " + m.group(3), m.group(4) != null));
        verb("expect {name} is told (COMMITTED|ABORTED|UNKNOWN|NEVER-BEGUN|REFUSED) {t}( because [A-Z_]+)?", m -> {
            final String what = m.group(2) + " " + m.group(3);
            world.received.expect(m.group(1), what, false);
            if (m.group(4) != null) {
                world.received.expect(m.group(1), what + m.group(4), false);
            }
        });
        verb("expect {name} does not get {word} {t} again", m ->
            world.received.expectNoMore(m.group(1), Word.named(m.group(2)) + " " + m.group(3)));
        verb("expect {name} has not got {word} {t}", m ->
            world.received.expectNone(m.group(1), Word.named(m.group(2)) + " " + m.group(3)));
        verb("expect {name} has not heard from {name} in {t}", m ->
            world.received.expectNone(m.group(1), m.group(2) + "'s answer in " + m.group(3)));
        verb("expect {name} got {word} {t} before {word} {t}", m -> world.received.expectOrder(m.group(1),
            Word.named(m.group(2)) + " " + m.group(3), Word.named(m.group(4)) + " " + m.group(5)));
        verb("expect operator is answered", m -> expectAnswers(lastRequest));
        verb("expect operator is not answered", m -> expectAnswers(lastRequest - 1));
        verb("expect coordinator halts", m -> expectHalt());
        verb("expect {name} hears from {name} in {t}", m ->
            world.received.expect(m.group(1), m.group(2) + "'s answer in " + m.group(3), false));
        verb("expect {name} fails {name} in {t}", m ->
            world.received.expect(m.group(2), m.group(1) + "'s failure in " + m.group(3), false));
        verb("expect nothing for {names}", m -> list(m.group(1)).forEach(world.received::expectNothing));
        verb("expect {name} is asked about {t}", m -> expectAsked(m.group(1), m.group(2), true));
        verb("expect {name} is not asked about {t}", m -> expectAsked(m.group(1), m.group(2), false));
        verb("expect {t} (?:is|stays) prepared at {names}", m -> expectAt(m, Resting.PREPARED));
        verb("expect {t} (?:is|stays) committed at {names}", m -> expectAt(m, Resting.COMMITTED));
        verb("expect {t} (?:has left nothing|leaves nothing) at {names}", m -> expectAt(m, Resting.NOTHING));
    }

    private void expectAnswers(final long lastAnswered) {
        if (world.coordinator.lastOperatorAnswer() != lastAnswered) {
            throw new AssertionError("the last answer is that to request " + world.coordinator.lastOperatorAnswer());
        }
    }

    private void expectHalt() {
        if (world.coordinator.isUp() || world.coordinator.haltReason() == null) {
            throw new AssertionError("the coordinator goes on");
        }
    }

    private enum Resting { PREPARED, COMMITTED, NOTHING }

    private void expectAsked(final String participant, final String transaction, final boolean expected) {
        if (world.participant(participant).isAskedAbout(world.names.transaction(transaction)) != expected) {
            throw new AssertionError(participant + (expected ? " is not" : " is") + " asked about " + transaction);
        }
    }

    private void expectAt(final MatchResult match, final Resting expected) {
        final long transactionId = world.names.transaction(match.group(1));
        for (final String name : list(match.group(2))) {
            Resting found = Resting.NOTHING;
            for (final BranchId branch : prepared(name)) {
                found = branch.transactionId() == transactionId ? Resting.PREPARED : found;
            }
            if (world.databases.get(name).database().hasCommitted(transactionId)) {
                found = Resting.COMMITTED;
            }
            if (found != expected) {
                throw new AssertionError(match.group(1) + " is " + found + " at " + name);
            }
        }
    }
}
