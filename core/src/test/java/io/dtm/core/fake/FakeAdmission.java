package io.dtm.core.fake;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.dtm.core.ingress.Admission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lets in by what the credentials say: "challenge" is challenged and must respond "secret", "wait" is pending until
 * {@link #decide}, "throw" throws, "wrong" is refused, anything else is admitted as a principal of that name.
 */
public final class FakeAdmission implements Admission {
    private final Map<Integer, String> principals = new HashMap<>();
    private final Set<Integer> forbiddenTemplates = new HashSet<>();
    private final List<Integer> forgotten = new ArrayList<>();
    private Verdict decision = Verdict.PENDING;
    private final Set<String> failing = new HashSet<>();
    private String challenge = "who?";
    private int asked;

    @Override
    public Verdict connect(final int linkId, final byte[] credentials, final long nowMs) {
        asked++;
        final String text = new String(credentials, US_ASCII);
        principals.put(linkId, text);
        return switch (text) {
            case "challenge" -> Verdict.CHALLENGED;
            case "wait" -> Verdict.PENDING;
            case "wrong" -> Verdict.REFUSED;
            case "throw" -> throw new IllegalStateException("the directory is down");
            default -> Verdict.ADMITTED;
        };
    }

    @Override
    public Verdict respond(final int linkId, final byte[] credentials, final long nowMs) {
        mayFail("respond");
        return "secret".equals(new String(credentials, US_ASCII)) ? Verdict.ADMITTED : Verdict.REFUSED;
    }

    @Override
    public Verdict poll(final int linkId, final long nowMs) {
        mayFail("poll");
        return decision;
    }

    @Override
    public byte[] challenge(final int linkId) {
        mayFail("challenge");
        return challenge.getBytes(US_ASCII);
    }

    @Override
    public byte[] principal(final int linkId) {
        mayFail("principal");
        return principals.get(linkId).getBytes(US_ASCII);
    }

    @Override
    public boolean mayAct(final int linkId, final int templateId) {
        mayFail("mayAct");
        return !forbiddenTemplates.contains(templateId);
    }

    @Override
    public void forget(final int linkId) {
        mayFail("forget");
        forgotten.add(linkId);
    }

    /** From now on this method throws. */
    public void fail(final String method) {
        failing.add(method);
    }

    private void mayFail(final String method) {
        if (failing.contains(method)) {
            throw new IllegalStateException("the directory is down");
        }
    }

    /** From now on it challenges with this. */
    public void challengeWith(final String value) {
        challenge = value;
    }

    public void decide(final Verdict verdict) {
        decision = verdict;
    }

    public void forbid(final int templateId) {
        forbiddenTemplates.add(templateId);
    }

    public List<Integer> forgotten() {
        return forgotten;
    }

    /** How often a link presented credentials. */
    public int asked() {
        return asked;
    }
}
