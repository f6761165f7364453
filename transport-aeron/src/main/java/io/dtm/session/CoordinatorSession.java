package io.dtm.session;

import io.dtm.client.Acknowledge;
import io.dtm.client.Refusal;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * All that this process has to do with one coordinator, as a client, as a participant or as both: a state machine
 * without threads, clocks or sockets. {@link #doWork} is its duty cycle.
 * <p>
 * <b>Threads.</b> All methods belong to the thread that calls {@link #doWork}, listeners and participants are called on
 * it, and none of them may block. The one exception is {@link #execute}, by which any other thread reaches it; and
 * participants may give their answers on any thread.
 */
public final class CoordinatorSession implements AutoCloseable {
    private static final int COMMAND_LIMIT = 64;
    private static final int FRAME_LIMIT = 16;
    private static final long HOUSEKEEPING_NS = 250_000_000L;
    private static final String CLOSED_TEXT = "the library was closed";

    /** Something that another thread wants done on the duty cycle's thread. */
    @FunctionalInterface
    public interface Command {
        /**
         * Runs it.
         *
         * @param session to which it was given.
         */
        void run(CoordinatorSession session);
    }

    private final CoordinatorLink link;
    private final ManyToOneConcurrentArrayQueue<Command> commands;
    private final CompletionQueue completions = new CompletionQueue();
    private final SessionContext context;
    private final UserCode userCode;
    private final EpochGuard guard;
    private final OwnedSessions sessions;
    private final Outbox outbox;
    private final Connection connection;
    private final ClientTransactions transactions;
    private final BeginQueue begins;
    private final Lookups lookups;
    private final Resources resources = new Resources();
    private final CoordinatorAdapter adapter;
    private long housekeepingAtNs;
    private boolean isStarted;
    /** What the caller's clock said at the first turn. */
    private long clockOrigin;
    /** Threads that are in {@link #execute}. */
    private final AtomicInteger callers = new AtomicInteger();
    private volatile boolean isClosed;

    /**
     * @param context its ports, limits and times.
     */
    public CoordinatorSession(final SessionContext context) {
        this.context = context.conclude();
        this.userCode = context.userCode();
        this.link = context.link();
        this.commands = new ManyToOneConcurrentArrayQueue<>(context.commandCapacity());
        this.guard = new EpochGuard(context.epochMemory(), context.expectedCoordinatorId(), userCode);
        this.sessions = new OwnedSessions(context.renewAhead());
        this.outbox = new Outbox(link, context.frameSoftLimitBytes());
        this.connection = new Connection(context, guard, sessions, outbox, new ConnectionEvents());
        this.transactions = new ClientTransactions(context, connection, guard, sessions, outbox);
        this.begins = new BeginQueue(context, connection, sessions, outbox, transactions);
        this.lookups = new Lookups(context, connection, outbox);
        this.adapter = new CoordinatorAdapter(
            context.listener(), connection, guard, transactions.answers(), lookups, resources);
    }

    /**
     * One turn of the duty cycle.
     *
     * @param clockNs of a monotonic clock, which may have begun anywhere, below zero too.
     * @return how much was done; 0: the caller may idle.
     */
    public int doWork(final long clockNs) {
        if (isClosed) {
            return 0;
        }
        if (!isStarted) {
            isStarted = true;
            clockOrigin = clockNs;
            transactions.clockOrigin(clockNs);
        }
        final long nowNs = clockNs - clockOrigin; // from 0: whatever was not set yet is over
        int work = connection.doWork(nowNs);
        if (connection.isListening() && outbox.flush()) {
            work += link.poll(adapter, FRAME_LIMIT);
        }
        work += completions.drain(outbox);
        work += transactions.doWork(nowNs);
        work += begins.doWork(nowNs);
        work += lookups.doWork(nowNs);
        work += resources.doWork(nowNs);
        work += runCommands();
        if (nowNs - housekeepingAtNs >= 0) {
            housekeepingAtNs = nowNs + HOUSEKEEPING_NS;
            work += connection.closeIdleSessions();
        }
        if (connection.isListening()) {
            outbox.flush();
        }
        return work;
    }

    /**
     * Hands something over to the duty cycle's thread. Any thread.
     *
     * @param command to run there.
     * @return false: the queue is full, or the session is closed, and it won't be run; true: it will, at the latest
     *         when the session is closed.
     */
    public boolean execute(final Command command) {
        callers.incrementAndGet();
        try {
            return !isClosed && commands.offer(command);
        } finally {
            callers.decrementAndGet();
        }
    }

    /** @return whether requests go straight to the coordinator; otherwise they wait. */
    public boolean isConnected() {
        return connection.isOpen();
    }

    /** @return the coordinator's id, 0 as long as it isn't known. */
    public long coordinatorId() {
        return guard.coordinatorId();
    }

    /** @return the epoch that is obeyed, 0 as long as there is none. */
    public int epoch() {
        return guard.epoch();
    }

    /**
     * Whether a resource that was looked up can still be used, as far as is known now. Any thread.
     *
     * @param resource handle that a look-up found.
     * @return false: the coordinator was restored from a backup since, and the name has to be looked up again.
     */
    public boolean isCurrent(final int resource) {
        return ResourceHandle.isCurrent(resource, connection.restores());
    }

    /** @return number of transactions and inquiries whose end isn't known yet. */
    public int pendingTransactions() {
        return transactions.pendingCount();
    }

    // clients

    /**
     * Looks a resource up.
     *
     * @param resourceName by which it was registered, ever.
     * @param listener     takes the answer: at once, if it is known here.
     */
    public void lookup(final String resourceName, final LookupListener listener) {
        lookups.lookup(resourceName, userCode.guard(listener));
    }

    /**
     * Runs a one-shot transaction.
     *
     * @param request  its branches; belongs to this session until the listener is called.
     * @param listener takes the acknowledgement that the request names.
     */
    public void submit(final SubmitRequest request, final OutcomeListener listener) {
        begins.submit(request, userCode.guard(listener));
    }

    /**
     * Begins an interactive transaction: no round trip, as soon as there is a session.
     *
     * @param timeoutMs after which it rolls back by itself; 0: the coordinator's default.
     * @param listener  takes it.
     */
    public void begin(final int timeoutMs, final BeginListener listener) {
        begins.begin(timeoutMs, userCode.guard(listener));
    }

    /**
     * Adds a branch on a participant's behalf.
     *
     * @param transaction to which.
     * @param resource    handle of a resource that was looked up; its id is the branch's too.
     * @param payload     that the participant gets with PREPARE, copied.
     * @param offset      at which it starts.
     * @param length      in bytes.
     * @param listener    hears when the coordinator has it; a commit needn't wait for that, since it names the branch.
     */
    public void enlist(
        final ClientTransaction transaction,
        final int resource,
        final DirectBuffer payload,
        final int offset,
        final int length,
        final JoinListener listener) {
        transactions.enlist(transaction, resource, payload, offset, length, userCode.guard(listener));
    }

    /**
     * Asks for the commit of an interactive transaction. If it is refused since an expected name has to be looked up
     * again, the transaction stays as it is.
     *
     * @param transaction to commit.
     * @param expected    handles of resources without whose branches it must not commit, beside those that
     *                    {@link #enlist} added.
     * @param acknowledge the one acknowledgement that is wanted.
     * @param listener    takes it.
     */
    public void commit(
        final ClientTransaction transaction,
        final int[] expected,
        final Acknowledge acknowledge,
        final OutcomeListener listener) {
        transactions.commit(transaction, expected, acknowledge, userCode.guard(listener));
    }

    /**
     * Asks for the roll-back of an interactive transaction.
     *
     * @param transaction to roll back.
     * @param listener    hears that it is.
     */
    public void rollback(final ClientTransaction transaction, final OutcomeListener listener) {
        transactions.rollback(transaction, userCode.guard(listener));
    }

    /**
     * Asks what became of a transaction of this client.
     *
     * @param transactionId of it; its session must still be held.
     * @param acknowledge   the one acknowledgement that is wanted.
     * @param listener      takes it.
     */
    public void inquire(final long transactionId, final Acknowledge acknowledge, final OutcomeListener listener) {
        transactions.inquire(transactionId, acknowledge, userCode.guard(listener));
    }

    /**
     * Takes an id for a one-shot transaction before it is submitted, so that it can be kept durably first (rule 2).
     * Until it is used or given back this session begins nothing else, since ids must be sent in rising order: a
     * process that does this often gives it a session of its own.
     *
     * @param listener takes it.
     */
    public void reserve(final ReservationListener listener) {
        begins.reserve(userCode.guard(listener));
    }

    /**
     * Gives back an id that won't be used.
     *
     * @param reservation as {@link #reserve} gave it.
     */
    public void giveBack(final Reservation reservation) {
        begins.giveBack(reservation);
    }

    /**
     * Submits a one-shot transaction under an id that was reserved: by this session, just now, or by any process at any
     * time before; then it is a repeat, that begins nothing unless the first copy never arrived.
     *
     * @param reservation the id, with what proves that it is ours.
     * @param request     its branches, the same at each repeat; belongs to this session until the listener is called.
     * @param listener    takes the acknowledgement that the request names.
     */
    public void submit(final Reservation reservation, final SubmitRequest request, final OutcomeListener listener) {
        transactions.submitReserved(reservation, begins.giveBack(reservation), request, userCode.guard(listener));
    }

    // participants

    /**
     * Serves a resource, over this link and every later one.
     *
     * @param registration of the resource; a name at most once in a session.
     * @param listener     hears where it stands.
     */
    public void register(final ResourceRegistration registration, final RegistrationListener listener) {
        if (resources.byName(registration.resourceName()) != null) {
            throw new IllegalArgumentException(registration.resourceName() + " is served here already");
        }
        final ResourceSession resource = new ResourceSession(
            registration, userCode.guard(listener), context, connection, guard, sessions, outbox, completions);
        resources.add(resource);
        sessions.mustRegister();
        if (connection.isOpen()) {
            resource.onOpen();
        }
    }

    /**
     * Joins an interactive transaction.
     *
     * @param resourceName  of a resource that is registered.
     * @param transactionId as in the transaction's context.
     * @param joinToken     as in the transaction's context.
     * @param enlistEpoch   that the work was begun with, see {@link RegistrationListener#onRegistered}.
     * @param timeLeftNs    until the transaction's deadline.
     * @param listener      hears when the coordinator has it (rule 5), or that the branch is rolled back.
     */
    public void join(
        final String resourceName,
        final long transactionId,
        final long joinToken,
        final int enlistEpoch,
        final long timeLeftNs,
        final JoinListener listener) {
        final ResourceSession resource = resources.byName(resourceName);
        if (resource == null || resource.resourceId() < 0) {
            userCode.guard(listener).onRefused(
                Refusal.NOT_CONNECTED, resourceName + " isn't registered at the coordinator");
        } else {
            resource.joins().join(
                resource.branchId(transactionId, resource.resourceId(), enlistEpoch),
                joinToken, timeLeftNs, userCode.guard(listener));
        }
    }

    /**
     * Looks for branches in doubt now: another process of the resource is known to be lost.
     *
     * @param resourceName of the resource.
     */
    public void scan(final String resourceName) {
        final ResourceSession resource = resources.byName(resourceName);
        if (resource != null) {
            resource.wantScan();
        }
    }

    /** Closes the sessions as far as the link takes it; whatever is unfinished is reported. Duty cycle's thread. */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        resources.onRefused(Refusal.CLOSED, CLOSED_TEXT);
        resources.close();
        connection.close();
        // Whoever saw it open may still be about to hand something over; whoever comes later sees it closed.
        boolean isLast;
        do {
            isLast = callers.get() == 0;
            Command command = commands.poll();
            while (command != null) {
                run(command);
                command = commands.poll();
            }
        } while (!isLast);
        lookups.refuseAll(Refusal.CLOSED, CLOSED_TEXT);
        begins.refuseAll(Refusal.CLOSED, CLOSED_TEXT);
        transactions.close();
    }

    private int runCommands() {
        int count = 0;
        while (count < COMMAND_LIMIT && !outbox.isBackedUp()) {
            final Command command = commands.poll();
            if (command == null) {
                break;
            }
            run(command);
            count++;
        }
        return count;
    }

    private void run(final Command command) {
        userCode.call("a command", () -> command.run(this));
    }

    private final class ConnectionEvents implements Connection.Owner {
        @Override
        public void onRestored() {
            lookups.onRestored();
            resources.onRestored();
        }

        @Override
        public void onOpen() {
            lookups.onOpen();
            resources.onOpen();
            transactions.onOpen();
        }

        @Override
        public void onAttached(final OwnedSession session) {
            transactions.onAttached(session);
        }

        @Override
        public void onClosed() {
            lookups.onClosed();
            resources.onClosed();
            transactions.onClosed();
        }

        @Override
        public void onRefused(final Refusal refusal, final String text) {
            lookups.refuseAll(refusal, text);
            begins.refuseAll(refusal, text);
            resources.onRefused(refusal, text);
        }

        @Override
        public void onSessionEnded(final OwnedSession session) {
            transactions.onSessionEnded(session);
        }

        @Override
        public void onSessionGone(final OwnedSession session) {
            transactions.onSessionGone(session);
        }
    }
}
