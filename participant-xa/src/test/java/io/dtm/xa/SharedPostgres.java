package io.dtm.xa;

import io.dtm.xa.embedded.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One real server for all tests of the module; each test class has a database of its own. */
public final class SharedPostgres implements BeforeAllCallback {
    static final int MAX_PREPARED = 24;
    private static PostgresServer server;

    static PostgresServer server() {
        return server;
    }

    @Override
    public void beforeAll(final ExtensionContext context) throws IOException {
        context.getRoot().getStore(ExtensionContext.Namespace.create(SharedPostgres.class))
            .getOrComputeIfAbsent("server", key -> new Owner(), Owner.class);
        if (!server.isRunning()) {
            server.start(); // a test that failed left it down
        }
    }

    /** Ends the server after the last test. */
    static final class Owner implements AutoCloseable {
        Owner() {
            try {
                server = PostgresServer.launch(
                    Files.createTempDirectory("dtm-postgres"), 0,
                    Map.of("max_prepared_transactions", "" + MAX_PREPARED, "max_connections", "60"));
            } catch (final IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        @Override
        public void close() throws IOException {
            server.delete();
        }
    }
}
