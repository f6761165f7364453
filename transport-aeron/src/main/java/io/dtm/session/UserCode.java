package io.dtm.session;

import io.dtm.client.Outcome;
import io.dtm.client.Refusal;
import org.agrona.ErrorHandler;

/**
 * Calls what users wrote. Whatever a listener or participant throws is told, and comes no further: thrown through the
 * duty cycle it would skip what stands behind it, and a branch whose call was skipped stays in doubt. Errors are no
 * exception: a class that a driver misses in one call says nothing of the next one. One of the virtual machine is told
 * to the error handler as well. Duty cycle's thread.
 */
final class UserCode {
    private final ErrorHandler errorHandler;
    private final SessionListener listener;

    /**
     * @param listener     hears what was thrown.
     * @param errorHandler hears what that listener itself throws, and errors of the virtual machine.
     */
    UserCode(final SessionListener listener, final ErrorHandler errorHandler) {
        this.errorHandler = errorHandler;
        this.listener = new GuardedListener(listener);
    }

    /** The user's; nothing that it throws comes back. */
    SessionListener listener() {
        return listener;
    }

    // what users hear by: wrapped where it comes in, so that nobody else has to think of it

    OutcomeListener guard(final OutcomeListener users) {
        return new OutcomeListener() {
            @Override
            public void onOutcome(final long transactionId, final Outcome outcome) {
                call("the listener of an outcome", () -> users.onOutcome(transactionId, outcome));
            }

            @Override
            public void onRefused(final long transactionId, final Refusal refusal, final String text) {
                call("the listener of an outcome", () -> users.onRefused(transactionId, refusal, text));
            }
        };
    }

    BeginListener guard(final BeginListener users) {
        return new BeginListener() {
            @Override
            public void onBegun(final ClientTransaction transaction) {
                call("the listener of a begin", () -> users.onBegun(transaction));
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                call("the listener of a begin", () -> users.onRefused(refusal, text));
            }
        };
    }

    ReservationListener guard(final ReservationListener users) {
        return new ReservationListener() {
            @Override
            public void onReserved(final Reservation reservation) {
                call("the listener of a reservation", () -> users.onReserved(reservation));
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                call("the listener of a reservation", () -> users.onRefused(refusal, text));
            }
        };
    }

    JoinListener guard(final JoinListener users) {
        return new JoinListener() {
            @Override
            public void onJoined() {
                call("the listener of a join", users::onJoined);
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                call("the listener of a join", () -> users.onRefused(refusal, text));
            }
        };
    }

    LookupListener guard(final LookupListener users) {
        return new LookupListener() {
            @Override
            public void onFound(final int resourceId) {
                call("the listener of a look-up", () -> users.onFound(resourceId));
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                call("the listener of a look-up", () -> users.onRefused(refusal, text));
            }
        };
    }

    RegistrationListener guard(final RegistrationListener users) {
        return new RegistrationListener() {
            @Override
            public void onRegistered(final long coordinatorId, final int resourceId, final int epoch) {
                call("the listener of a registration", () -> users.onRegistered(coordinatorId, resourceId, epoch));
            }

            @Override
            public void onUnregistered() {
                call("the listener of a registration", users::onUnregistered);
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                call("the listener of a registration", () -> users.onRefused(refusal, text));
            }
        };
    }

    /** Calls something from which no answer is wanted. */
    void call(final String what, final Runnable code) {
        try {
            code.run();
        } catch (final Throwable ex) {
            threw(what + " threw", ex);
        }
    }

    /** To be called when something of the user's threw, and after whatever answer follows from that was given. */
    void threw(final String text, final Throwable cause) {
        listener.onAnomaly(text, cause);
        if (cause instanceof VirtualMachineError) {
            toErrorHandler(cause);
        }
    }

    /** What it says of itself, unless it throws at that as well. */
    static String text(final Throwable cause) {
        try {
            return cause.toString();
        } catch (final Throwable ex) {
            return cause.getClass().getName();
        }
    }

    private void toErrorHandler(final Throwable cause) {
        try {
            errorHandler.onError(cause);
        } catch (final Throwable ex) {
            // nobody is left who could be told
            assert ex != null;
        }
    }

    private final class GuardedListener implements SessionListener {
        private final SessionListener users;

        GuardedListener(final SessionListener users) {
            this.users = users;
        }

        @Override
        public void onConnected(final long coordinatorId, final int epoch) {
            tell(() -> users.onConnected(coordinatorId, epoch));
        }

        @Override
        public void onDisconnected(final String reason) {
            tell(() -> users.onDisconnected(reason));
        }

        @Override
        public void onRefused(final Refusal refusal, final String text) {
            tell(() -> users.onRefused(refusal, text));
        }

        @Override
        public void onEpochRefused(final String text) {
            tell(() -> users.onEpochRefused(text));
        }

        @Override
        public void onSessionLost(final int sessionId) {
            tell(() -> users.onSessionLost(sessionId));
        }

        @Override
        public void onAnomaly(final String text, final Throwable cause) {
            tell(() -> users.onAnomaly(text, cause));
        }

        private void tell(final Runnable event) {
            try {
                event.run();
            } catch (final Throwable ex) {
                toErrorHandler(ex);
            }
        }
    }
}
