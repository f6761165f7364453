package io.dtm.xa;

import io.dtm.participant.BranchId;
import io.dtm.participant.DecisionReply;
import io.dtm.participant.OnePhaseReply;
import io.dtm.participant.Participant;
import io.dtm.participant.ScanReply;
import io.dtm.participant.VoteReply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Stands in the library's place: calls a participant and records what it answers, as text. */
final class Driver {
    static final long COORDINATOR = 0x1122334455667788L;
    static final int EPOCH = 3;

    private final Participant participant;

    Driver(final Participant participant) {
        this.participant = participant;
    }

    static BranchId branch(final long transactionId) {
        return new BranchId(COORDINATOR, transactionId, 0, EPOCH);
    }

    CompletableFuture<String> startPrepare(final BranchId branch, final String payload) {
        final CompletableFuture<String> vote = new CompletableFuture<>();
        final DirectBuffer bytes = new UnsafeBuffer(("--" + payload).getBytes(StandardCharsets.UTF_8));
        participant.prepare(branch, bytes, 2, bytes.capacity() - 2, new VoteReply() {
            @Override
            public void yes() {
                vote.complete("YES");
            }

            @Override
            public void no(final String reason) {
                vote.complete("NO: " + reason);
            }

            @Override
            public void readOnly() {
                vote.complete("READ_ONLY");
            }
        });
        return vote;
    }

    String prepare(final BranchId branch, final String payload) {
        return get(startPrepare(branch, payload));
    }

    CompletableFuture<String> startCommit(final BranchId branch) {
        final Decision reply = new Decision();
        participant.commit(branch, reply);
        return reply.result;
    }

    String commit(final BranchId branch) {
        return get(startCommit(branch));
    }

    CompletableFuture<String> startRollback(final BranchId branch) {
        final Decision reply = new Decision();
        participant.rollback(branch, reply);
        return reply.result;
    }

    String rollback(final BranchId branch) {
        return get(startRollback(branch));
    }

    CompletableFuture<String> startOnePhase(
        final BranchId branch, final String payload, final boolean namedIsOther) {
        final CompletableFuture<String> result = new CompletableFuture<>();
        final DirectBuffer bytes = new UnsafeBuffer(payload.getBytes(StandardCharsets.UTF_8));
        participant.commitOnePhase(branch, bytes, 0, bytes.capacity(), namedIsOther, new OnePhaseReply() {
            @Override
            public void committed() {
                result.complete("COMMITTED");
            }

            @Override
            public void aborted(final String reason) {
                result.complete("ABORTED: " + reason);
            }

            @Override
            public void retry(final Throwable cause) {
                result.complete("RETRY: " + cause);
            }
        });
        return result;
    }

    String commitOnePhase(final BranchId branch, final String payload) {
        return get(startOnePhase(branch, payload, false));
    }

    /** What another incarnation answers. */
    String findOut(final BranchId branch) {
        return get(startOnePhase(branch, "", true));
    }

    List<BranchId> scan(final long coordinatorId) {
        final List<BranchId> found = new ArrayList<>();
        final CompletableFuture<List<BranchId>> result = new CompletableFuture<>();
        participant.scan(coordinatorId, new ScanReply() {
            @Override
            public void prepared(final BranchId branch) {
                found.add(branch);
            }

            @Override
            public void complete() {
                result.complete(found);
            }

            @Override
            public void failed(final Throwable cause) {
                result.completeExceptionally(cause);
            }
        });
        return get(result);
    }

    static <T> T get(final CompletableFuture<T> result) {
        try {
            return result.get(Await.LIMIT_S, TimeUnit.SECONDS);
        } catch (final InterruptedException | ExecutionException | TimeoutException failed) {
            throw new AssertionError("no answer", failed);
        }
    }

    private static final class Decision implements DecisionReply {
        private final CompletableFuture<String> result = new CompletableFuture<>();

        @Override
        public void done() {
            result.complete("DONE");
        }

        @Override
        public void absent() {
            result.complete("ABSENT");
        }

        @Override
        public void heuristic(final HeuristicOutcome outcome) {
            result.complete("HEURISTIC " + outcome);
        }

        @Override
        public void retry(final Throwable cause) {
            result.complete("RETRY: " + FirstPhase.message(cause));
        }
    }
}
