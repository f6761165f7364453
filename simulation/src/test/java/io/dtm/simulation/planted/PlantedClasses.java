package io.dtm.simulation.planted;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** All classes of this project once more, with one source changed: so that each bug has a world of its own. */
final class PlantedClasses extends URLClassLoader {
    private static final String OURS = "io.dtm.";

    private PlantedClasses(final URL[] urls) {
        super(urls, PlantedClasses.class.getClassLoader());
    }

    /**
     * @param source    name of the changed file.
     * @param text      its content.
     * @param directory for the compiled classes.
     */
    static PlantedClasses compile(final Path source, final String text, final Path directory) throws IOException {
        final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IllegalStateException("this needs a JDK, and is a JRE: " + System.getProperty("java.home"));
        }
        final DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        Files.createDirectories(directory);
        try (StandardJavaFileManager files = compiler.getStandardFileManager(problems, null, null)) {
            final boolean done = compiler.getTask(null, files, problems,
                List.of("-proc:none", "-nowarn", "-d", directory.toString(), "-cp", classPath()), null,
                List.of(new Text(source, text))).call();
            if (!done) {
                final List<String> errors = new ArrayList<>();
                for (final Diagnostic<?> problem : problems.getDiagnostics()) {
                    errors.add(problem.toString());
                }
                throw new AssertionError("the changed " + source + " doesn't compile:\n" + String.join("\n", errors));
            }
        }
        final List<URL> urls = new ArrayList<>();
        urls.add(url(directory.toString()));
        for (final String entry : classPath().split(File.pathSeparator)) {
            urls.add(url(entry));
        }
        return new PlantedClasses(urls.toArray(new URL[0]));
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private static URL url(final String path) throws MalformedURLException {
        return Path.of(path).toUri().toURL();
    }

    @Override
    protected Class<?> loadClass(final String name, final boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            final Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : findClass(name);
        }
    }

    /** A source that is nowhere on disk. */
    private static final class Text extends SimpleJavaFileObject {
        private final String text;

        Text(final Path source, final String text) {
            super(URI.create("string:///" + source.getFileName()), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(final boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
