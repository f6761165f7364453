package io.dtm.bench;

import io.dtm.client.Dtm;
import io.dtm.client.DtmContext;
import java.nio.file.Path;
import org.agrona.concurrent.IdleStrategy;

/** What client and participants of the rig have in common: their first arguments, and a connection made from these. */
final class RigPeer {
    /** Endpoint, idle strategy, "embedded", "shared" or "ipc", and the driver's directory. */
    static final int ARGUMENTS = 4;

    private RigPeer() {
    }

    static Dtm connect(final String[] arguments) {
        final DtmContext context = new DtmContext()
            .name("rig")
            .coordinator(arguments[0])
            .polled(true);
        if (arguments[2].equals(RigDriver.EMBEDDED.text())) {
            context.driverDirectory(Path.of(arguments[3]));
        } else {
            context.aeronDirectoryName(arguments[3]).ipc(arguments[2].equals(RigDriver.IPC.text()));
        }
        return Dtm.connect(context);
    }

    static IdleStrategy idle(final String[] arguments) {
        return RigIdle.valueOf(arguments[1]).strategy();
    }
}
