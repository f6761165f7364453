package io.dtm.session;

import io.dtm.client.Refusal;
import io.dtm.codec.message.RegisteredDecoder;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;

/** The resources that this process serves at one coordinator. Duty cycle's thread. */
final class Resources {
    private final List<ResourceSession> all = new ArrayList<>();
    private final Int2ObjectHashMap<ResourceSession> byId = new Int2ObjectHashMap<>();

    void add(final ResourceSession resource) {
        all.add(resource);
    }

    ResourceSession byId(final int resourceId) {
        return byId.get(resourceId);
    }

    ResourceSession byName(final String resourceName) {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).registration().resourceName().equals(resourceName)) {
                return all.get(i);
            }
        }
        return null;
    }

    void onRestored() {
        for (int i = 0; i < all.size(); i++) {
            byId.remove(all.get(i).resourceId(), all.get(i));
            all.get(i).onRestored();
        }
    }

    void onOpen() {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).onOpen();
        }
    }

    void onClosed() {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).onClosed();
        }
    }

    void onRefused(final Refusal refusal, final String text) {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).onRefused(refusal, text);
        }
    }

    void onRegistered(final RegisteredDecoder registered) {
        for (int i = 0; i < all.size(); i++) {
            final ResourceSession resource = all.get(i);
            if (resource.onRegistered(registered)) {
                if (resource.isRegistered()) {
                    byId.put(resource.resourceId(), resource);
                }
                return;
            }
        }
    }

    void onRegisterRejected(
        final long requestId, final int resourceId, final Refusal refusal, final String text) {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).onRegisterRejected(requestId, resourceId, refusal, text)) {
                return;
            }
        }
    }

    void onEnlistRejected(
        final long transactionId, final int branchId, final Refusal refusal, final String text) {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).joins().onRejected(transactionId, branchId, refusal, text);
        }
    }

    void onJoined(final int epoch, final long transactionId, final int branchId) {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).joins().onJoined(epoch, transactionId, branchId);
        }
    }

    /** @return whether the answer was for one of them. */
    boolean onFound(final long requestId) {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).onFound(requestId)) {
                return true;
            }
        }
        return false;
    }

    int doWork(final long nowNs) {
        int work = 0;
        for (int i = 0; i < all.size(); i++) {
            work += all.get(i).doWork(nowNs);
        }
        return work;
    }

    void close() {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).unregister();
        }
    }
}
