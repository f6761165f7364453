package io.dtm.server.sample;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dtm.client.Dtm;
import io.dtm.client.DtmContext;
import io.dtm.client.Outcome;
import java.time.Duration;

/** A client: one transaction over two warehouses. */
public final class ShopClient {
    private ShopClient() {
    }

    /**
     * @param arguments host and port of the coordinator.
     * @throws Exception if nothing was begun.
     */
    // README: client
    public static void main(final String[] arguments) throws Exception {
        try (Dtm dtm = Dtm.connect(new DtmContext().name("shop").coordinator(arguments[0]))) {
            final Outcome outcome = dtm.client().oneShot()
                .branch("north", "tea".getBytes(UTF_8))
                .branch("south", "cup".getBytes(UTF_8))
                .timeout(Duration.ofSeconds(5)) // the transaction's, from when the coordinator has it
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
