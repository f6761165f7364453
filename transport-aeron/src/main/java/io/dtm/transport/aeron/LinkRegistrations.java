package io.dtm.transport.aeron;

import io.aeron.Aeron;
import io.aeron.ErrorCode;
import io.aeron.exceptions.AeronException;
import io.aeron.exceptions.RegistrationException;
import org.agrona.ErrorHandler;

/**
 * The two registrations of one attempt at a link, made one after the other and removed together, whatever has become of
 * each. Without waiting: a step is asked for, and looked at again in the next turn. Duty cycle's thread.
 *
 * @param <S> subscription to the answers.
 * @param <P> publication of the requests.
 */
final class LinkRegistrations<S, P> {
    /** The Aeron client, as far as it is needed. */
    interface Client<S, P> {
        long addSubscription();

        /** Null: not yet. */
        S subscription(long registrationId);

        long addPublication(S answers);

        /** Null: not yet. */
        P publication(long registrationId);

        void removePublication(long registrationId);

        void removeSubscription(long registrationId);
    }

    private long subscriptionId = Aeron.NULL_VALUE;
    private long publicationId = Aeron.NULL_VALUE;
    private S subscription;
    private P publication;

    /** Null: not yet. */
    P publication() {
        return publication;
    }

    /**
     * Makes the next step.
     *
     * @throws AeronException if one has failed for good.
     */
    void advance(final Client<S, P> client) {
        try {
            if (subscription == null) {
                subscribe(client);
            } else if (publication == null) {
                publish(client);
            }
        } catch (final RegistrationException ex) {
            if (ErrorCode.RESOURCE_TEMPORARILY_UNAVAILABLE != ex.errorCode()) {
                throw ex;
            }
            // a former attempt's socket is being closed: the step that failed is made again, the other one stands
            if (subscription == null) {
                subscriptionId = Aeron.NULL_VALUE;
            } else {
                publicationId = Aeron.NULL_VALUE;
            }
        }
    }

    /** Requests first: that is how the coordinator learns of it. */
    void remove(final Client<S, P> client, final ErrorHandler errorHandler) {
        try {
            client.removePublication(publicationId);
        } catch (final AeronException ex) {
            errorHandler.onError(ex);
        }
        try {
            client.removeSubscription(subscriptionId);
        } catch (final AeronException ex) {
            errorHandler.onError(ex);
        }
    }

    private void subscribe(final Client<S, P> client) {
        if (Aeron.NULL_VALUE == subscriptionId) {
            subscriptionId = client.addSubscription();
        } else {
            subscription = client.subscription(subscriptionId);
        }
    }

    private void publish(final Client<S, P> client) {
        if (Aeron.NULL_VALUE == publicationId) {
            publicationId = client.addPublication(subscription);
        } else {
            publication = client.publication(publicationId);
        }
    }
}
