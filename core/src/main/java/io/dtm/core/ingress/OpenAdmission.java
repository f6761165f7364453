package io.dtm.core.ingress;

import java.nio.charset.StandardCharsets;

/** Lets everybody in, under one name: where all peers are of the coordinator's own process. */
public final class OpenAdmission implements Admission {
    private final byte[] principal;

    /** @param principal of everybody. */
    public OpenAdmission(final String principal) {
        this.principal = principal.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Verdict connect(final int linkId, final byte[] credentials, final long nowMs) {
        return Verdict.ADMITTED;
    }

    @Override
    public Verdict respond(final int linkId, final byte[] credentials, final long nowMs) {
        return Verdict.ADMITTED;
    }

    @Override
    public Verdict poll(final int linkId, final long nowMs) {
        return Verdict.ADMITTED;
    }

    @Override
    public byte[] challenge(final int linkId) {
        throw new IllegalStateException("nobody is challenged");
    }

    @Override
    public byte[] principal(final int linkId) {
        return principal;
    }

    @Override
    public boolean mayAct(final int linkId, final int templateId) {
        return true;
    }

    @Override
    public void forget(final int linkId) {
        // nothing was remembered
    }
}
