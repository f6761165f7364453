package io.dtm.bench.journal;

import io.dtm.core.journal.Journal;
import java.util.Arrays;
import org.agrona.concurrent.Agent;

/** Forces whatever is appended, again and again: something always waits. Remembers the size of each group. */
final class ForceAgent implements Agent {
    private final Journal journal;
    private final int[] groupBytes;
    private volatile int groups;
    private long forcedPosition;

    /** @param maxGroups whose size is remembered. */
    ForceAgent(final Journal journal, final int maxGroups) {
        this.journal = journal;
        this.groupBytes = new int[maxGroups];
        this.forcedPosition = journal.forcedPosition();
    }

    @Override
    public int doWork() {
        final long appended = journal.appendedPosition();
        if (appended > forcedPosition) {
            journal.requestForce(appended);
        }
        if (journal.force() == 0) {
            return 0;
        }
        final long position = journal.forcedPosition();
        final int group = groups;
        if (group < groupBytes.length) {
            groupBytes[group] = (int) (position - forcedPosition);
        }
        forcedPosition = position;
        groups = group + 1;
        return 1;
    }

    @Override
    public String roleName() {
        return "force";
    }

    /** @return how often it forced. Any thread. */
    int groups() {
        return groups;
    }

    /** @return bytes of the groups, in order; behind those remembered, none. After the agent has stopped. */
    int[] groupBytes() {
        return Arrays.copyOf(groupBytes, Math.min(groups, groupBytes.length));
    }
}
