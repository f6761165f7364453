package io.dtm.systemtest;

import com.sun.jdi.AbsentInformationException;
import com.sun.jdi.Bootstrap;
import com.sun.jdi.Location;
import com.sun.jdi.Method;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.EventRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Freezes all threads of a child JVM where it reaches a place in its code, through the JDK's own debug interface: a
 * kill then falls exactly there, without any change to the program. One thread.
 */
final class Breakpoint implements AutoCloseable {
    /** For the JVM's start: listens on a free port and runs on. */
    static final String JVM_OPTION =
        "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,quiet=n,address=127.0.0.1:0";

    private static final Pattern LISTENING = Pattern.compile("Listening for transport dt_socket at address: (\\d+)");

    private final VirtualMachine machine;
    private EventSet hit;

    private Breakpoint(final VirtualMachine machine) {
        this.machine = machine;
    }

    static Breakpoint attach(final ChildJvm jvm) {
        final Matcher matcher = LISTENING.matcher(jvm.said());
        if (!matcher.find()) {
            throw new AssertionError("no debug interface:\n" + jvm.said());
        }
        final AttachingConnector connector = Bootstrap.virtualMachineManager().attachingConnectors().stream()
            .filter(one -> one.name().equals("com.sun.jdi.SocketAttach"))
            .findFirst()
            .orElseThrow();
        final Map<String, Connector.Argument> arguments = connector.defaultArguments();
        arguments.get("hostname").setValue("127.0.0.1");
        arguments.get("port").setValue(matcher.group(1));
        try {
            return new Breakpoint(connector.attach(arguments));
        } catch (final IOException | IllegalConnectorArgumentsException failed) {
            throw new AssertionError("the debug interface can't be reached", failed);
        }
    }

    /**
     * @param className  of a class that is loaded.
     * @param methodName of a method that has no overloads.
     * @param atReturn   at its end rather than at its start.
     */
    void set(final String className, final String methodName, final boolean atReturn) {
        final Method method = machine.classesByName(className).get(0).methodsByName(methodName).get(0);
        try {
            final List<Location> lines = method.allLineLocations();
            final Location place = atReturn ? lines.get(lines.size() - 1) : method.location();
            final BreakpointRequest request = machine.eventRequestManager().createBreakpointRequest(place);
            request.setSuspendPolicy(EventRequest.SUSPEND_ALL);
            request.enable();
        } catch (final AbsentInformationException failed) {
            throw new AssertionError("compiled without line numbers: " + className, failed);
        }
    }

    /** Lets it run until it is frozen at the place while the condition holds. */
    void awaitHit(final String what, final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(Conditions.LIMIT_S);
        while (System.nanoTime() - deadlineNs < 0) {
            if (isHit() && condition.getAsBoolean()) {
                return;
            }
            if (hit != null) {
                hit.resume();
                hit = null;
            }
        }
        throw new AssertionError("did not happen within " + Conditions.LIMIT_S + " s: " + what);
    }

    private boolean isHit() {
        try {
            hit = machine.eventQueue().remove(TimeUnit.SECONDS.toMillis(1));
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
        if (hit != null) {
            for (final Event event : hit) {
                if (event instanceof BreakpointEvent) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public void close() {
        try {
            machine.dispose();
        } catch (final RuntimeException gone) {
            // The process was killed, as it should.
            hit = null;
        }
    }
}
