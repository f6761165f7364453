package io.dtm.simulation.node;

import io.dtm.core.ingress.Admission;
import java.nio.charset.StandardCharsets;

/** Lets everybody in, under one name. */
final class OpenAdmission implements Admission {
    private static final byte[] PRINCIPAL = "simulated".getBytes(StandardCharsets.UTF_8);

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
        return new byte[0];
    }

    @Override
    public byte[] principal(final int linkId) {
        return PRINCIPAL;
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
