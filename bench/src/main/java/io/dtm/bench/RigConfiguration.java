package io.dtm.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * What is to be measured.
 *
 * @param directory             of everything that is written; deleted at the end.
 * @param seconds               measured time of each level.
 * @param warmUpSeconds         before that.
 * @param floorSeconds          of each floor; 0: none.
 * @param inFlight              one level each.
 * @param branches              of each transaction.
 * @param participants          processes.
 * @param payloadBytes          of each branch.
 * @param durability            "force" or "append".
 * @param driver                of client and participants.
 * @param mtu                   bytes; 0: default.
 * @param idle                  of client, participants and floor.
 * @param jvmOptions            of every process.
 * @param coordinatorJvmOptions of the coordinator alone.
 */
record RigConfiguration(
    Path directory,
    int seconds,
    int warmUpSeconds,
    int floorSeconds,
    int[] inFlight,
    int branches,
    int participants,
    int payloadBytes,
    String durability,
    RigDriver driver,
    int mtu,
    RigIdle idle,
    List<String> jvmOptions,
    List<String> coordinatorJvmOptions) {
}
