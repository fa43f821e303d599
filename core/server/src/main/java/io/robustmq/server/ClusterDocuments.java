package io.robustmq.server;

import io.robustmq.placement.Content;
import io.robustmq.placement.DocumentAnswer;
import io.robustmq.placement.DocumentChange;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** For commands that make documents of placement from files, and change them. */
final class ClusterDocuments {
    private final ClusterConnection cluster;
    private final ClusterCommand.Saying saying;

    ClusterDocuments(ClusterConnection cluster, ClusterCommand.Saying saying) {
        this.cluster = cluster;
        this.saying = saying;
    }

    /** What becomes of a file's text. */
    interface Use {
        ExitCode of(String text) throws IOException, InterruptedException;
    }

    /**
     * Says what is wrong if it cannot be read, or is larger than a document.
     *
     * @param what it is, for that
     */
    ExitCode read(Path file, String what, Use use) throws IOException, InterruptedException {
        String text;
        try {
            if (Files.size(file) > Content.MAX_BYTES) {
                return saying.failed(
                        ExitCode.CONFIGURATION,
                        file
                                + " has "
                                + Files.size(file)
                                + " bytes, and "
                                + what
                                + " has at most "
                                + Content.MAX_BYTES);
            }
            text = Files.readString(file);
        } catch (NoSuchFileException missing) {
            return saying.failed(ExitCode.NO_INPUT, file + ": no such file");
        } catch (MalformedInputException notText) {
            return saying.failed(ExitCode.CONFIGURATION, file + " is not UTF-8");
        } catch (IOException unreadable) {
            return saying.failed(ExitCode.NO_INPUT, DataDirectory.reason(unreadable));
        }
        return use.of(text);
    }

    ExitCode unusable(Path file, List<ConfigProblem> problems) {
        problems.forEach(each -> saying.err().println(each.line()));
        return saying.failed(
                ExitCode.CONFIGURATION, file + " cannot be used, see above; nothing was changed");
    }

    /**
     * @param done what to say when it is in force
     */
    ExitCode change(DocumentChange change, String why, Supplier<String> done)
            throws IOException, InterruptedException {
        return switch (cluster.change(List.of(change), cluster.author(), why)) {
            case DocumentAnswer.Changed _ -> {
                saying.say(done.get());
                yield ExitCode.OK;
            }
            case DocumentAnswer.Conflicts _ ->
                    saying.failed(
                            ExitCode.FOUND,
                            "somebody else changed "
                                    + change.name()
                                    + " meanwhile, nothing was changed; look again");
            case DocumentAnswer.Full(long maxBytes, long bytes) ->
                    saying.failed(
                            ExitCode.FOUND,
                            "placement holds at most " + maxBytes + " bytes of documents");
        };
    }
}
