package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.server.process.ChildProcess;
import io.dtm.server.sample.ShopClient;
import io.dtm.server.sample.StockService;
import io.dtm.xa.embedded.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the README tells its reader to try: its programs, as they are, with its table. */
class ReadmeSampleTest {
    private static final int PREPARED_TRANSACTIONS = 64;
    private static final String DATABASE = "stock";
    private static final String SQL_BEGIN = "```sql\n";
    private static final String SQL_END = "```";

    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    private PostgresServer database(final String name) throws IOException, SQLException {
        final PostgresServer server =
            house.own(PostgresServer.launch(house.path(name + "-database"), 0, PREPARED_TRANSACTIONS));
        server.createDatabase(DATABASE);
        final String readme = Files.readString(Path.of("../README.md"));
        final int from = readme.indexOf(SQL_BEGIN) + SQL_BEGIN.length();
        try (Connection connection = server.dataSource(DATABASE).getConnection();
             Statement statement = connection.createStatement()) {
            statement.execute(readme.substring(from, readme.indexOf(SQL_END, from)));
        }
        return server;
    }

    private ChildJvm service(final String name, final PostgresServer database, final CoordinatorChild coordinator) {
        return house.own(new ChildJvm(name, house.path(name + "-log"), temporaryFiles(), StockService.class.getName(),
            List.of(name, database.jdbcUrl(DATABASE), coordinator.endpoint()))).start();
    }

    private ChildJvm shop(final CoordinatorChild coordinator) {
        final ChildJvm shop = house.own(new ChildJvm("shop", house.path("shop-log"), temporaryFiles(),
            ShopClient.class.getName(), List.of(coordinator.endpoint()))).start();
        assertEquals(0, shop.exitStatus(Conditions.LIMIT_S), shop::said);
        return shop;
    }

    private List<String> temporaryFiles() {
        return List.of("-Djava.io.tmpdir=" + house.directory());
    }

    private static String query(final PostgresServer database, final String sql) {
        try (Connection connection = database.dataSource(DATABASE).getConnection();
             Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        } catch (final SQLException failed) {
            throw new AssertionError(failed);
        }
    }

    private static void assertStock(final PostgresServer database, final String item, final int count) {
        Conditions.await("nothing is prepared",
            () -> "0".equals(query(database, "SELECT count(*) FROM pg_prepared_xacts")));
        assertEquals("" + count, query(database, "SELECT count FROM stock WHERE item = '" + item + "'"), item);
    }

    private boolean leavesNoDriverBehind() {
        try (var files = Files.list(house.directory())) {
            return files.noneMatch(file -> file.getFileName().toString().startsWith("dtm-driver-"));
        } catch (final IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void shouldSellFromBothWarehousesOrFromNoneAsTheReadmeShows() throws Exception {
        final PostgresServer north = database("north");
        final PostgresServer south = database("south");
        final CoordinatorChild coordinator = house.coordinator();
        final ChildJvm northService = service("north", north, coordinator).awaitLine("north is open");
        final ChildJvm southService = service("south", south, coordinator).awaitLine("south is open");

        for (int left = 1; left >= 0; left--) {
            assertTrue(shop(coordinator).said().contains("sold, and it survives: FORCE"));
            assertStock(north, "tea", 1 + left);
            assertStock(south, "cup", left);
        }
        final ChildJvm last = shop(coordinator);
        assertTrue(last.said().contains("not sold: VOTE_NO sold out at south"), last::said);
        assertStock(north, "tea", 1);
        assertStock(south, "cup", 0);

        for (final ChildJvm service : List.of(northService, southService)) {
            ChildProcess.signal(service.pid(), "TERM");
            service.exitStatus(Conditions.LIMIT_S);
        }
        assertTrue(leavesNoDriverBehind(), "what SIGTERM stopped has removed its temporary files");
    }
}
