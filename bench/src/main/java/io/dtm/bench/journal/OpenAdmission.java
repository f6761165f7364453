package io.dtm.bench.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.dtm.core.ingress.Admission;

/** Lets everybody in: the peers are in this process. */
final class OpenAdmission implements Admission {
    private static final byte[] PRINCIPAL = "bench".getBytes(US_ASCII);

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
        return PRINCIPAL;
    }

    @Override
    public boolean mayAct(final int linkId, final int templateId) {
        return true;
    }

    @Override
    public void forget(final int linkId) {
        // Nothing is kept.
    }
}
