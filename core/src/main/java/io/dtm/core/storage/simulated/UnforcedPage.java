package io.dtm.core.storage.simulated;

/**
 * A page of 4 KiB that a power loss may lose or tear.
 *
 * @param name    of the file.
 * @param page    of it, from 0.
 * @param sectors a bit for each of its sectors of 512 bytes that was changed, the lowest for the first.
 */
public record UnforcedPage(String name, int page, int sectors) {
}
