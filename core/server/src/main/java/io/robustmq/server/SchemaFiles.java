package io.robustmq.server;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Payload schemas as the files of a folder say, one each: {@code NAME.json}. Others in it are left
 * alone. Asked every few seconds, by one thread at a time.
 */
final class SchemaFiles {
    private static final String ENDING = ".json";

    private final Path folder;
    private final InstantSource clock;
    private final Schemas schemas;

    // what the last look found
    private final Map<String, WatchedFile> files = new TreeMap<>();
    private final Map<String, String> texts = new TreeMap<>();
    private final Map<Path, ConfigProblem> unreadable = new TreeMap<>();

    SchemaFiles(Path folder, InstantSource clock, Schemas schemas) {
        this.folder = folder;
        this.clock = clock;
        this.schemas = schemas;
    }

    /**
     * Reads what has changed. While the folder or a file cannot be read, what it said before holds
     * on.
     *
     * @param now also what seems to be the same, or being written
     */
    AccessControl.Checked check(boolean now) {
        try {
            List<String> found = names();
            isReadable(folder);
            files.keySet().retainAll(found);
            texts.keySet().retainAll(found);
            unreadable.keySet().retainAll(found.stream().map(this::path).toList());
            for (String name : found) {
                WatchedFile file =
                        files.computeIfAbsent(name, each -> new WatchedFile(path(each), clock));
                switch (file.look(now)) {
                    case WatchedFile.Unchanged _ -> {}
                    case WatchedFile.Changed(List<String> lines) -> {
                        isReadable(path(name));
                        texts.put(name, String.join("\n", lines));
                    }
                    case WatchedFile.Unreadable(String why) -> isUnreadable(path(name), why);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException none) {
            isUnreadable(folder, "no such folder");
        } catch (IOException other) {
            isUnreadable(folder, DataDirectory.reason(other));
        }
        AccessControl.Checked checked =
                schemas.use(folder.toString(), texts, name -> path(name).toString());
        List<ConfigProblem> problems = new ArrayList<>(unreadable.values());
        problems.addAll(checked.problems());
        return new AccessControl.Checked(checked.changed(), problems);
    }

    private void isReadable(Path file) {
        unreadable.remove(file);
    }

    /** Told once for each reason. */
    private void isUnreadable(Path file, String why) {
        ConfigProblem problem = new ConfigProblem(file.toString(), "", why);
        if (!problem.equals(unreadable.put(file, problem))) {
            schemas.tell(problem.source(), List.of(problem));
        }
    }

    private Path path(String name) {
        return folder.resolve(name + ENDING);
    }

    private List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "[!.]*" + ENDING)) {
            for (Path each : all) {
                String name = each.getFileName().toString();
                names.add(name.substring(0, name.length() - ENDING.length()));
            }
        } catch (DirectoryIteratorException failed) {
            throw failed.getCause();
        }
        return names;
    }
}
