package io.dtm.core.event;

import io.dtm.codec.message.EpochRefusedDecoder;
import io.dtm.codec.message.LookupDecoder;
import io.dtm.codec.message.RegisterDecoder;
import io.dtm.codec.message.SessionCloseDecoder;
import io.dtm.codec.message.UnregisterDecoder;
import io.dtm.core.coordinator.CoordinatorInput;
import org.agrona.DirectBuffer;

/** Decodes what peers say about sessions and registration. See {@link EventAdapter}. */
final class SessionAdapter {
    private final CoordinatorInput input;
    private final SessionCloseDecoder sessionClose = new SessionCloseDecoder();
    private final RegisterDecoder register = new RegisterDecoder();
    private final UnregisterDecoder unregister = new UnregisterDecoder();
    private final LookupDecoder lookup = new LookupDecoder();
    private final EpochRefusedDecoder epochRefused = new EpochRefusedDecoder();

    SessionAdapter(final CoordinatorInput input) {
        this.input = input;
    }

    boolean onMessage(final int templateId, final DirectBuffer buffer, final int offset, final int blockLength) {
        switch (templateId) {
            case SessionCloseDecoder.TEMPLATE_ID -> {
                sessionClose.wrap(buffer, offset, blockLength, SessionCloseDecoder.SCHEMA_VERSION);
                input.sessionClose(sessionClose.sessionId());
            }
            case RegisterDecoder.TEMPLATE_ID -> onRegister(buffer, offset, blockLength);
            case UnregisterDecoder.TEMPLATE_ID -> {
                unregister.wrap(buffer, offset, blockLength, UnregisterDecoder.SCHEMA_VERSION);
                input.unregister(unregister.resourceId(), unregister.incarnation());
            }
            case LookupDecoder.TEMPLATE_ID -> onLookup(buffer, offset, blockLength);
            case EpochRefusedDecoder.TEMPLATE_ID -> {
                epochRefused.wrap(buffer, offset, blockLength, EpochRefusedDecoder.SCHEMA_VERSION);
                input.epochRefused(epochRefused.knownEpoch(), epochRefused.knownNonce(),
                    epochRefused.offeredEpoch(), epochRefused.offeredNonce());
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void onRegister(final DirectBuffer buffer, final int offset, final int blockLength) {
        register.wrap(buffer, offset, blockLength, RegisterDecoder.SCHEMA_VERSION);
        final int resourceOffset = register.limit() + RegisterDecoder.resourceNameHeaderLength();
        final int resourceLength = register.skipResourceName();
        final int instanceOffset = register.limit() + RegisterDecoder.instanceNameHeaderLength();
        final int instanceLength = register.skipInstanceName();
        input.register(register.requestId(), register.sessionId(), register.incarnation(),
            register.capabilities().getRaw(), register.knownEpoch(), register.knownNonce(),
            buffer, resourceOffset, resourceLength, instanceOffset, instanceLength);
    }

    private void onLookup(final DirectBuffer buffer, final int offset, final int blockLength) {
        lookup.wrap(buffer, offset, blockLength, LookupDecoder.SCHEMA_VERSION);
        final int nameOffset = lookup.limit() + LookupDecoder.resourceNameHeaderLength();
        input.lookup(lookup.requestId(), buffer, nameOffset, lookup.skipResourceName());
    }
}
