package io.dtm.core.storage.simulated;

/** Is told of all that is asked of a {@link SimulatedStorage}: a crash test lets the system die before and after. */
public interface StorageObserver {
    /**
     * What is asked. Of stores into a buffer only those in release order into shared memory are told: all else that is
     * stored there counts from then on. Nobody sees the others.
     */
    enum Operation { CREATE, WRITE, STORE, FORCE, RENAME, DELETE, FORCE_DIRECTORY }

    /** Looks away. */
    StorageObserver NONE = new StorageObserver() {
        @Override
        public void before(final Operation operation, final String name) {
            assert operation != null;
        }

        @Override
        public void after(final Operation operation, final String name) {
            assert operation != null;
        }
    };

    /**
     * @param operation is about to be done.
     * @param name      of the file; of a renamed one the former, of the directory empty.
     */
    void before(Operation operation, String name);

    /**
     * @param operation is done, or has failed.
     * @param name      of the file; of a renamed one the former, of the directory empty.
     */
    void after(Operation operation, String name);
}
