package io.dtm.session;

/** Proves to a coordinator who this process is. Called on the duty cycle's thread; must not block. */
public interface CredentialsSupplier {
    /** Presents nothing, and has no answer to a challenge. */
    CredentialsSupplier NONE = new CredentialsSupplier() {
        @Override
        public byte[] encodedCredentials() {
            return new byte[0];
        }

        @Override
        public byte[] onChallenge(final byte[] encodedChallenge) {
            return new byte[0];
        }
    };

    /** @return what to present when a session is opened or resumed; maybe empty. */
    byte[] encodedCredentials();

    /**
     * @param encodedChallenge as the coordinator sent it.
     * @return the response.
     */
    byte[] onChallenge(byte[] encodedChallenge);
}
