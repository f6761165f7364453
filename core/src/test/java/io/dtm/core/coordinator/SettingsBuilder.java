package io.dtm.core.coordinator;

/** Settings for tests: small limits are easier to reach. */
final class SettingsBuilder {
    int maxTransactions = 1 << 20;
    int maxSessions = 4096;
    int maxResources = 4096;
    int maxInstances = 3;
    long maxPayloadTotalBytes = 1 << 20;
    int retainedOutcomes = 1 << 20;
    int retentionMs = 600_000;

    SettingsBuilder maxTransactions(final int count) {
        maxTransactions = count;
        return this;
    }

    SettingsBuilder maxSessions(final int count) {
        maxSessions = count;
        return this;
    }

    SettingsBuilder maxResources(final int count) {
        maxResources = count;
        return this;
    }

    SettingsBuilder maxInstances(final int count) {
        maxInstances = count;
        return this;
    }

    SettingsBuilder maxPayloadTotalBytes(final long bytes) {
        maxPayloadTotalBytes = bytes;
        return this;
    }

    SettingsBuilder retained(final int count, final int ms) {
        retainedOutcomes = count;
        retentionMs = ms;
        return this;
    }

    CoordinatorSettings build() {
        return new CoordinatorSettings(
            60_000, 60_000, 10_000, 100, 1024, 4096, maxTransactions, maxSessions, maxResources, maxInstances,
            maxPayloadTotalBytes, retainedOutcomes, retentionMs, 200, 5_000, CoordinatorSettings.DURABILITY_FORCE);
    }
}
