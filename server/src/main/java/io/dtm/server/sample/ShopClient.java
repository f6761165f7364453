package io.dtm.server.sample;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dtm.client.Dtm;
import io.dtm.client.DtmContext;
import io.dtm.client.Outcome;
import java.time.Duration;

/** A client: one transaction over two services. */
public final class ShopClient {
    private ShopClient() {
    }

    /**
     * @param arguments none.
     * @throws Exception if nothing was begun.
     */
    // README: client
    public static void main(final String[] arguments) throws Exception {
        try (Dtm dtm = Dtm.connect(new DtmContext().name("shop").coordinator("localhost:6801"))) {
            final Outcome outcome = dtm.client().oneShot()
                .branch("stock", "tea".getBytes(UTF_8))
                .branch("payments", "alice 450".getBytes(UTF_8))
                .timeout(Duration.ofSeconds(5))
                .submit()   // a CompletableFuture; fails with RefusedException if nothing was begun
                .get();
            System.out.println(switch (outcome.status()) {
                case COMMITTED -> "sold, and it survives: " + outcome.durability();
                case ABORTED -> "not sold: " + outcome.reason() + " " + outcome.text();
                default -> "not known: ask later, or look into the databases";
            });
        }
    }
    // README: end
}
