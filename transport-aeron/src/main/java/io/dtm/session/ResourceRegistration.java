package io.dtm.session;

import io.dtm.participant.Participant;
import java.util.Objects;

/** A resource that this process serves. Immutable; the same one may be given to sessions with several coordinators. */
public final class ResourceRegistration {
    private final String resourceName;
    private final byte[] encodedResourceName;
    private final byte[] encodedInstanceName;
    private final long incarnation;
    private final Participant participant;

    /**
     * @param resourceName by which clients look it up: 1 to 254 bytes of UTF-8.
     * @param instanceName of this process among those that serve the resource: 1 to 254 bytes of UTF-8.
     * @param incarnation  drawn at random at the start of this process, not 0: it tells it from every other one that
     *                     ever served the resource (rule 3).
     * @param participant  that does the work. It says itself what it is capable of: {@link
     *                     Participant#supportsOnePhase()}, {@link Participant#mayVoteReadOnly()}, {@link
     *                     Participant#isLastAgent()}.
     */
    public ResourceRegistration(
        final String resourceName, final String instanceName, final long incarnation, final Participant participant) {
        this.resourceName = resourceName;
        this.encodedResourceName = Utf8.name(resourceName);
        this.encodedInstanceName = Utf8.name(instanceName);
        if (incarnation == 0) {
            throw new IllegalArgumentException("an incarnation isn't 0");
        }
        this.incarnation = incarnation;
        this.participant = Objects.requireNonNull(participant, "participant");
        if (participant.isLastAgent() && !participant.supportsOnePhase()) {
            throw new IllegalArgumentException("a last agent decides in one phase: it must support that");
        }
    }

    /** @return by which clients look it up. */
    public String resourceName() {
        return resourceName;
    }

    /** @return of this process. */
    public long incarnation() {
        return incarnation;
    }

    Participant participant() {
        return participant;
    }

    byte[] encodedResourceName() {
        return encodedResourceName;
    }

    byte[] encodedInstanceName() {
        return encodedInstanceName;
    }
}
