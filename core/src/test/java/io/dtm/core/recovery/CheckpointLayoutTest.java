package io.dtm.core.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dtm.core.journal.reading.CheckpointHeader;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.SequentialFile;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** A checkpoint's bytes, as docs/journal-format.md has them. They are bound, as those of the journal are. */
class CheckpointLayoutTest {
    private static final String HEADER = ""
        + "44 54 4d 2e 43 4b 50 00 01 00 80 00 45 00 01 00 " // magic, version, header length, schema, its version
        + "f0 de bc 9a 78 56 34 12 00 00 00 04 00 00 00 00 " // coordinator id, replay position
        + "e8 f0 ff 03 00 00 00 00 d2 02 96 49 00 00 00 00 " // end and time of the last record
        + "01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 " // epoch, generation, contradictions
        + "00 00 00 00 00 00 00 00 15 cd 5b 07 00 00 00 00 " // unexplained, created
        + "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
        + "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
        + "00 00 00 00 00 00 00 00 00 00 00 00 82 f5 5f 63 "; // CRC
    private static final String BLOCKS = ""
        + "18 00 00 00 35 73 b3 aa " // 24 bytes, CRC
        + "18 00 03 14 01 00 00 00 05 00 00 00 00 00 00 00 " // Nonce: epoch 1, nonce 5
        + "00 00 00 00 00 00 00 00 " // which began at position 0
        + "14 00 00 00 5a 4a b1 a7 " // 20 bytes, CRC
        + "14 00 0d 10 01 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00"; // End: one item in one block

    @Test
    void shouldWriteTheBytesThatTheDocumentShows() throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        try (SequentialFile file = storage.createSequential("some")) {
            final CheckpointEncoder encoder = new CheckpointEncoder(file, new CheckpointHeader(
                0x1234_5678_9ABC_DEF0L, 67_108_864, 67_105_000, 1_234_567_890, 1, 0, 0, 0, 123_456_789));
            encoder.nonce(1, 5, 0);
            encoder.end();
            assertEquals(1, encoder.items());
            assertEquals(188, encoder.lengthBytes());
        }
        try (JournalFile file = storage.open("some", false)) {
            final byte[] bytes = new byte[file.length()];
            file.buffer().getBytes(0, bytes);
            assertEquals(HEADER + BLOCKS, HexFormat.ofDelimiter(" ").formatHex(bytes));
        }
    }
}
