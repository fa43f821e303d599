package io.robustmq.server;

import io.robustmq.placement.Content;
import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentAnswer;
import io.robustmq.placement.DocumentChange;
import io.robustmq.placement.DocumentKind;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * {@code robustmq cluster users} and {@code cluster acl}: who may connect, and what they may do,
 * for all brokers whose cluster.access is placement.
 */
final class ClusterAccess {
    private final ClusterConnection cluster;
    private final ClusterCommand.Saying saying;

    ClusterAccess(ClusterConnection cluster, ClusterCommand.Saying saying) {
        this.cluster = cluster;
        this.saying = saying;
    }

    ExitCode run(ClusterOrder.ManageUsers order, PasswordPrompt prompt, RandomGenerator random)
            throws IOException, InterruptedException {
        String name = order.name();
        if (name == null) {
            cluster.view()
                    .documents(DocumentKind.USER, "")
                    .forEach(each -> saying.say(each.name()));
            return ExitCode.OK;
        }
        Document known = cluster.view().document(DocumentKind.USER, name);
        boolean adds = order.verb() == UsersArguments.Action.ADD;
        if (adds && known != null) {
            return saying.failed(ExitCode.FOUND, isThere(name));
        }
        if (!adds && known == null) {
            return saying.failed(ExitCode.FOUND, "there is no user " + name);
        }
        Content content = null;
        if (order.verb().setsPassword()) {
            try {
                content = Content.of(line(order, name, prompt, random));
            } catch (IOException none) {
                return saying.failed(ExitCode.INPUT_OUTPUT, DataDirectory.reason(none));
            }
        }
        return changed(
                change(DocumentKind.USER, name, known, content),
                ClusterCommand.why(order.why(), "cluster users"),
                name
                        + switch (order.verb()) {
                            case ADD -> " was added";
                            case PASSWD -> " has another password";
                            case REMOVE -> " was removed";
                            case LIST, CHECK -> throw new IllegalStateException("has no name");
                        }
                        + ", the cluster has ");
    }

    private static String isThere(String name) {
        return name + " is there already; robustmq cluster users passwd gives another password";
    }

    private static byte[] line(
            ClusterOrder.ManageUsers order,
            String name,
            PasswordPrompt prompt,
            RandomGenerator random)
            throws IOException {
        byte[] password =
                order.fromStandardInput()
                        ? prompt.fromStandardInput()
                        : prompt.ask("Password of " + name, true);
        PasswordHash hash = PasswordHash.of(password, order.iterations(), random);
        return UsersFile.line(name, hash).getBytes(StandardCharsets.UTF_8);
    }

    private static DocumentChange change(
            DocumentKind kind, String name, @Nullable Document known, @Nullable Content content) {
        long version = known == null ? DocumentChange.ABSENT : known.version();
        return new DocumentChange(kind, name, version, content);
    }

    private ExitCode changed(DocumentChange change, String why, String done)
            throws IOException, InterruptedException {
        return switch (cluster.change(List.of(change), cluster.author(), why)) {
            case DocumentAnswer.Changed _ -> {
                int users = cluster.view().documents(DocumentKind.USER, "").size();
                saying.say(
                        change.kind() == DocumentKind.USER
                                ? done + ClusterCommand.count(users, "user")
                                : done);
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

    ExitCode run(ClusterOrder.Rules order) throws IOException, InterruptedException {
        Document known = cluster.view().document(DocumentKind.ACL, AgreedAccess.ACL);
        return switch (order.verb()) {
            case SHOW -> {
                if (known == null) {
                    yield saying.failed(ExitCode.FOUND, "the cluster has no ACL");
                }
                saying.out().print(AgreedAccess.text(known));
                yield ExitCode.OK;
            }
            case SET -> set(Path.of(order.file()), known, order.why());
            case REMOVE ->
                    known == null
                            ? saying.failed(ExitCode.FOUND, "the cluster has no ACL")
                            : changed(
                                    DocumentChange.remove(known),
                                    ClusterCommand.why(order.why(), "cluster acl"),
                                    "the cluster has no ACL any more: who may connect may do everything");
        };
    }

    private ExitCode set(Path file, @Nullable Document known, String why)
            throws IOException, InterruptedException {
        String text;
        try {
            if (Files.size(file) > Content.MAX_BYTES) {
                return saying.failed(
                        ExitCode.CONFIGURATION,
                        file
                                + " has "
                                + Files.size(file)
                                + " bytes, and an ACL of the cluster has at most "
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
        switch (AclFile.parse(file, text.lines().toList())) {
            case AclFile.Wrong(List<ConfigProblem> problems) -> {
                problems.forEach(each -> saying.err().println(each.line()));
                return saying.failed(
                        ExitCode.CONFIGURATION,
                        file + " cannot be used, see above; nothing was changed");
            }
            case AclFile.Loaded _ -> {}
        }
        return changed(
                change(
                        DocumentKind.ACL,
                        AgreedAccess.ACL,
                        known,
                        Content.of(text.getBytes(StandardCharsets.UTF_8))),
                ClusterCommand.why(why, "cluster acl"),
                "the rules of " + file + " are those of the cluster");
    }
}
