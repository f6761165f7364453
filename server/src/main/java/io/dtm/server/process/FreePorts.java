package io.dtm.server.process;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ports on loopback that nobody listens on now. None is given out twice by one JVM, so that its threads don't take each
 * other's; against other processes there is no promise. Any thread.
 */
public final class FreePorts {
    private static final Set<Integer> USED_UDP = ConcurrentHashMap.newKeySet();
    private static final Set<Integer> USED_TCP = ConcurrentHashMap.newKeySet();

    private FreePorts() {
    }

    /**
     * For a coordinator, which takes requests on one and sends replies from the next.
     *
     * @return a free UDP port whose successor is free too.
     * @throws IOException if no socket can be had.
     */
    public static int udpPair() throws IOException {
        while (true) {
            try (DatagramSocket first = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                 DatagramSocket second =
                     new DatagramSocket(first.getLocalPort() + 1, InetAddress.getLoopbackAddress())) {
                final int port = first.getLocalPort();
                if (USED_UDP.add(port) && USED_UDP.add(second.getLocalPort())) {
                    return port;
                }
            } catch (final BindException | IllegalArgumentException taken) {
                // Its successor is taken, or there is none.
                continue;
            }
        }
    }

    /**
     * @return a free TCP port.
     * @throws IOException if no socket can be had.
     */
    public static int tcp() throws IOException {
        while (true) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                if (USED_TCP.add(socket.getLocalPort())) {
                    return socket.getLocalPort();
                }
            }
        }
    }
}
