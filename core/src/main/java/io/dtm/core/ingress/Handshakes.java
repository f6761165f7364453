package io.dtm.core.ingress;

import static io.dtm.core.ingress.EventPublisher.NO_ROOM;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.message.ChallengeEncoder;
import io.dtm.codec.message.ChallengeResponseDecoder;
import io.dtm.codec.message.RejectCode;
import io.dtm.codec.message.SessionOpenDecoder;
import io.dtm.codec.message.SessionResumeDecoder;
import io.dtm.core.LinkReplies;
import io.dtm.core.ingress.Admission.Verdict;
import java.util.ArrayList;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Lets links in: asks the admission port, challenges, and makes events of the sessions that admitted links open or
 * resume, without their credentials. A link authenticates itself once; whatever it opens later belongs to the same
 * principal. Ingress agent only.
 */
final class Handshakes {
    private final IngressConfig config;
    private final Admission admission;
    private final Links links;
    private final HostEvents events;
    private final EventSequencer sequencer;
    private final Refusals refusals;
    private final SessionOpenDecoder open = new SessionOpenDecoder();
    private final SessionResumeDecoder resume = new SessionResumeDecoder();
    private final ChallengeResponseDecoder response = new ChallengeResponseDecoder();
    private final ChallengeEncoder challenge = new ChallengeEncoder();
    private final UnsafeBuffer challengeBuffer = new UnsafeBuffer(new byte[LinkReplies.MAX_BODY_LENGTH]);
    private final ArrayList<Link> pending = new ArrayList<>();

    Handshakes(
        final IngressConfig config,
        final Links links,
        final HostEvents events,
        final EventSequencer sequencer,
        final Refusals refusals) {
        this.config = config;
        this.admission = config.admission();
        this.links = links;
        this.events = events;
        this.sequencer = sequencer;
        this.refusals = refusals;
    }

    void onOpen(final Link link, final DirectBuffer buffer, final int bodyOffset) {
        open.wrap(buffer, bodyOffset, SessionOpenDecoder.BLOCK_LENGTH, SessionOpenDecoder.SCHEMA_VERSION);
        onHandshake(link, new Handshake(open));
    }

    void onResume(final Link link, final DirectBuffer buffer, final int bodyOffset) {
        resume.wrap(buffer, bodyOffset, SessionResumeDecoder.BLOCK_LENGTH, SessionResumeDecoder.SCHEMA_VERSION);
        onHandshake(link, new Handshake(resume));
    }

    void onResponse(final Link link, final DirectBuffer buffer, final int bodyOffset) {
        if (link.state != Link.State.CHALLENGED) {
            refusals.drop(DropReason.UNEXPECTED_HANDSHAKE, link.linkId);
            return;
        }
        response.wrap(
            buffer, bodyOffset, ChallengeResponseDecoder.BLOCK_LENGTH, ChallengeResponseDecoder.SCHEMA_VERSION);
        final byte[] credentials = new byte[response.credentialsLength()];
        response.getCredentials(credentials, 0, credentials.length);
        Verdict verdict;
        try {
            verdict = admission.respond(link.linkId, credentials, config.wallClock().time());
        } catch (final RuntimeException e) {
            verdict = onFailure(link);
        }
        onVerdict(link, verdict);
    }

    void onDown(final Link link) {
        pending.remove(link);
        try {
            admission.forget(link.linkId);
        } catch (final RuntimeException e) {
            onFailure(link);
        }
    }

    /** Asks again about links of which the admission port had no verdict. */
    int poll() {
        int work = 0;
        for (int i = pending.size() - 1; i >= 0; i--) {
            if (!sequencer.hasRoomFor(HostEvents.MAX_LENGTH)) {
                break;
            }
            final Link link = pending.get(i);
            Verdict verdict;
            try {
                verdict = admission.poll(link.linkId, config.wallClock().time());
            } catch (final RuntimeException e) {
                verdict = onFailure(link);
            }
            if (verdict != Verdict.PENDING) {
                pending.remove(i);
                onVerdict(link, verdict);
                work++;
            }
        }
        return work;
    }

    private void onHandshake(final Link link, final Handshake handshake) {
        link.handshake = handshake;
        switch (link.state) {
            case ADMITTED -> publish(link);
            case CHALLENGED -> sendChallenge(link);
            case NEW -> {
                Verdict verdict;
                try {
                    verdict = admission.connect(link.linkId, handshake.credentials, config.wallClock().time());
                } catch (final RuntimeException e) {
                    verdict = onFailure(link);
                }
                onVerdict(link, verdict);
            }
            // A repetition: the verdict that is awaited answers it.
            case AUTHENTICATING -> { }
            default -> refusals.drop(DropReason.REFUSED, link.linkId);
        }
    }

    private void onVerdict(final Link link, final Verdict verdict) {
        switch (verdict) {
            case PENDING -> {
                link.state = Link.State.AUTHENTICATING;
                pending.add(link);
            }
            case CHALLENGED -> {
                link.state = Link.State.CHALLENGED;
                sendChallenge(link);
            }
            case ADMITTED -> onAdmitted(link);
            default -> refuse(link);
        }
    }

    private void onAdmitted(final Link link) {
        try {
            link.principal = admission.principal(link.linkId);
        } catch (final RuntimeException e) {
            onFailure(link);
            refuse(link);
            return;
        }
        if (link.principal.length > FrameDescriptor.MAX_TEXT_LENGTH) {
            refuse(link);
            return;
        }
        link.state = Link.State.ADMITTED;
        publish(link);
    }

    /** The caller has made sure of room. */
    private void publish(final Link link) {
        final Handshake handshake = link.handshake;
        if (!mayAct(link, handshake.templateId)) {
            refusals.drop(DropReason.NOT_AUTHORISED, link.linkId);
            refusals.reject(link.linkId, handshake.requestId, handshake.templateId, RejectCode.NOT_AUTHORISED,
                "the principal may not open sessions: see the authorisation rules");
            return;
        }
        final long sequence = handshake.templateId == SessionOpenDecoder.TEMPLATE_ID
            ? events.sessionOpening(link, handshake, config.tokens())
            : events.sessionResuming(link, handshake);
        if (sequence != NO_ROOM) {
            link.handshake = null;
            links.watch(link);
        }
    }

    /** @return whether the link's principal may send messages of this template. */
    boolean mayAct(final Link link, final int templateId) {
        try {
            return link.mayAct(admission, templateId);
        } catch (final RuntimeException e) {
            onFailure(link);
            return false;
        }
    }

    private void sendChallenge(final Link link) {
        final byte[] bytes;
        try {
            bytes = admission.challenge(link.linkId);
        } catch (final RuntimeException e) {
            onFailure(link);
            refuse(link);
            return;
        }
        if (ChallengeEncoder.BLOCK_LENGTH + ChallengeEncoder.challengeHeaderLength() + bytes.length
            > challengeBuffer.capacity()) {
            refuse(link);
            return;
        }
        challenge.wrap(challengeBuffer, 0).requestId(link.handshake.requestId).putChallenge(bytes, 0, bytes.length);
        refusals.reply(link.linkId, ChallengeEncoder.TEMPLATE_ID, ChallengeEncoder.BLOCK_LENGTH,
            challengeBuffer, challenge.encodedLength());
    }

    private void refuse(final Link link) {
        link.state = Link.State.REFUSED;
        refusals.drop(DropReason.REFUSED, link.linkId);
        refusals.reject(link.linkId, link.handshake.requestId, link.handshake.templateId,
            RejectCode.NOT_AUTHENTICATED, "not authenticated: check the credentials, then connect anew");
    }

    private Verdict onFailure(final Link link) {
        refusals.drop(DropReason.ADMISSION_FAILED, link.linkId);
        return Verdict.REFUSED;
    }
}
