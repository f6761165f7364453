package io.dtm.systemtest;

import io.dtm.participant.BranchId;
import io.dtm.participant.DecisionReply;
import io.dtm.participant.Participant;
import io.dtm.participant.ScanReply;
import io.dtm.participant.VoteReply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * A participant whose resource is a directory, so that branches outlive its process: each is a file, renamed from
 * prepared to committed, or deleted.
 */
final class DirectoryParticipant implements Participant {
    private static final String PREPARED = "prepared-";
    private static final String COMMITTED = "committed-";

    private final Path directory;
    private final boolean isSilentOnDecisions;

    /**
     * @param directory           of the resource.
     * @param isSilentOnDecisions never carries out or answers a decision.
     */
    DirectoryParticipant(final Path directory, final boolean isSilentOnDecisions) {
        this.directory = directory;
        this.isSilentOnDecisions = isSilentOnDecisions;
        try {
            Files.createDirectories(directory);
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void prepare(
        final BranchId branch,
        final DirectBuffer payload,
        final int offset,
        final int length,
        final VoteReply reply) {
        try {
            Files.writeString(file(PREPARED, branch), payload.getStringWithoutLengthUtf8(offset, length));
            reply.yes();
        } catch (final IOException failed) {
            reply.no(failed.toString());
        }
    }

    @Override
    public void commit(final BranchId branch, final DecisionReply reply) {
        System.out.println("COMMIT of " + branch);
        if (isSilentOnDecisions) {
            return;
        }
        final Path prepared = file(PREPARED, branch);
        try {
            if (Files.exists(prepared)) {
                Files.move(prepared, file(COMMITTED, branch), StandardCopyOption.ATOMIC_MOVE);
                reply.done();
            } else {
                reply.absent();
            }
        } catch (final IOException failed) {
            reply.retry(failed);
        }
    }

    @Override
    public void rollback(final BranchId branch, final DecisionReply reply) {
        System.out.println("ROLLBACK of " + branch);
        if (isSilentOnDecisions) {
            return;
        }
        try {
            if (Files.deleteIfExists(file(PREPARED, branch))) {
                reply.done();
            } else {
                reply.absent();
            }
        } catch (final IOException failed) {
            reply.retry(failed);
        }
    }

    @Override
    public void scan(final long coordinatorId, final ScanReply reply) {
        names(directory, PREPARED).stream()
            .map(DirectoryParticipant::branch)
            .filter(branch -> branch.coordinatorId() == coordinatorId)
            .forEach(reply::prepared);
        reply.complete();
    }

    static int prepared(final Path directory) {
        return names(directory, PREPARED).size();
    }

    static int committed(final Path directory) {
        return names(directory, COMMITTED).size();
    }

    private static List<String> names(final Path directory, final String prefix) {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.startsWith(prefix)).toList();
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private Path file(final String prefix, final BranchId branch) {
        return directory.resolve(prefix + Long.toHexString(branch.coordinatorId()) + "-"
            + Long.toHexString(branch.transactionId()) + "-" + branch.branchId() + "-" + branch.enlistEpoch());
    }

    private static BranchId branch(final String name) {
        final String[] fields = name.split("-");
        return new BranchId(Long.parseUnsignedLong(fields[1], 16), Long.parseUnsignedLong(fields[2], 16),
            Integer.parseInt(fields[3]), Integer.parseInt(fields[4]));
    }
}
