package io.dtm.client;

import io.dtm.session.CoordinatorSession;
import io.dtm.session.LookupListener;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Finds the ids of several names, and goes on once all are there or one is refused. Duty cycle's thread. */
final class NameResolution {
    private final int[] ids;
    private final Consumer<int[]> onFound;
    private final BiConsumer<Refusal, String> onRefused;
    private int missing;
    private boolean isOver;

    private NameResolution(
        final int count, final Consumer<int[]> onFound, final BiConsumer<Refusal, String> onRefused) {
        this.ids = new int[count];
        this.missing = count;
        this.onFound = onFound;
        this.onRefused = onRefused;
    }

    static void resolve(
        final CoordinatorSession session,
        final List<String> names,
        final Consumer<int[]> onFound,
        final BiConsumer<Refusal, String> onRefused) {
        final NameResolution resolution = new NameResolution(names.size(), onFound, onRefused);
        if (names.isEmpty()) {
            onFound.accept(resolution.ids);
        }
        for (int i = 0; i < names.size(); i++) {
            resolution.resolve(session, names.get(i), i);
        }
    }

    private void resolve(final CoordinatorSession session, final String name, final int index) {
        session.lookup(name, new LookupListener() {
            @Override
            public void onFound(final int resourceId) {
                ids[index] = resourceId;
                missing--;
                if (missing == 0 && !isOver) {
                    isOver = true;
                    onFound.accept(ids);
                }
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                if (!isOver) {
                    isOver = true;
                    onRefused.accept(refusal, "resource '" + name + "': " + text);
                }
            }
        });
    }
}
