package io.dtm.simulation.explore;

import io.dtm.simulation.explore.ExploredResource.Choice;
import io.dtm.simulation.explore.PeerProcess.Input;
import java.util.ArrayList;
import java.util.List;

/** What takes its inputs on its own: a resource with the processes that serve it, or the client. */
final class Site {
    private final ExploredResource resource;
    private final List<PeerProcess> processes = new ArrayList<>();

    /** @param home of its processes. */
    Site(final Scope scope, final int home) {
        resource = scope.isClient(home) ? null : new ExploredResource(scope.isSlow(), scope.phases(home));
        for (int place = 0; place < scope.processes(home); place++) {
            processes.add(new PeerProcess(scope, scope.peer(home, place), resource));
        }
    }

    PeerProcess process(final int place) {
        return processes.get(place);
    }

    /** @return null: it is the client. */
    ExploredResource resource() {
        return resource;
    }

    void take(final int place, final Input input, final int detail, final byte[] content, final Choice choice) {
        processes.get(place).take(input, detail, content, choice);
    }

    /** @return of each statement that the database has in its hands: the place of who told it; 0: it is gone. */
    Ints statements() {
        Ints places = Ints.NONE;
        if (resource != null) {
            for (final ExploredResource.Process sender : resource.senders()) {
                int place = 0;
                for (int i = 0; i < processes.size(); i++) {
                    place = processes.get(i).participant() == sender ? i : place;
                }
                places = places.with(place);
            }
        }
        return places;
    }

    String failure() {
        if (resource != null && resource.failure() != null) {
            return resource.failure();
        }
        for (final PeerProcess process : processes) {
            if (process.failure() != null) {
                return process.failure();
            }
        }
        return null;
    }

    /** @return bytes that are equal when it goes on in the same way. */
    byte[] normalForm() {
        final NormalForm form = new NormalForm();
        for (final PeerProcess process : processes) {
            form.add(process.state(), process.nowNs());
        }
        if (resource != null) {
            form.add(List.of(resource), processes.get(0).nowNs());
        }
        return form.bytes();
    }
}
