package io.dtm.server;

import io.dtm.codec.CheckpointDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.codec.Templates;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: the program's version, and those of the formats that it writes. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
        final Properties properties = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
            properties.load(in);
        }
        return new String[] {
            "dtm " + properties.getProperty("version"),
            "formats: messages " + Templates.SCHEMA_VERSION + ", journal " + SegmentDescriptor.FORMAT_VERSION
                + ", checkpoint " + CheckpointDescriptor.FORMAT_VERSION,
        };
    }
}
