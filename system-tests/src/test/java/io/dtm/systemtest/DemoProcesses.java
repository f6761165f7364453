package io.dtm.systemtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The processes of a demo, known by the directory that its data is in: of this machine, by /proc. */
final class DemoProcesses {
    private static final String SHARED_MEMORY = "/dev/shm/";

    private DemoProcesses() {
    }

    /** @return those that run in a directory or have it in their command line, as the demo has, too. */
    static List<ProcessHandle> of(final Path directory) {
        return ProcessHandle.allProcesses()
            .filter(process -> commandLine(process).contains(directory.toString())
                || workingDirectory(process).startsWith(directory.toString()))
            .toList();
    }

    /** @return the files in shared memory that these have mapped now. */
    static Set<Path> sharedMemory(final Path directory) {
        return of(directory).stream().flatMap(DemoProcesses::maps)
            .filter(line -> line.contains(SHARED_MEMORY))
            .map(line -> Path.of(line.substring(line.indexOf(SHARED_MEMORY))))
            .filter(Files::exists)
            .collect(Collectors.toSet());
    }

    /** Also of a JVM with a long class path, of which ProcessHandle tells only the beginning. */
    private static String commandLine(final ProcessHandle process) {
        try {
            return Files.readString(proc(process, "cmdline"));
        } catch (final IOException gone) {
            return "";
        }
    }

    private static String workingDirectory(final ProcessHandle process) {
        try {
            return Files.readSymbolicLink(proc(process, "cwd")).toString();
        } catch (final IOException gone) {
            return "";
        }
    }

    private static Stream<String> maps(final ProcessHandle process) {
        try {
            return Files.readAllLines(proc(process, "maps")).stream();
        } catch (final IOException gone) {
            return Stream.empty();
        }
    }

    private static Path proc(final ProcessHandle process, final String file) {
        return Path.of("/proc", Long.toString(process.pid()), file);
    }
}
