package io.robustmq.server;

import io.robustmq.placement.Content;
import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentChange;
import io.robustmq.placement.DocumentKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
    private final ClusterDocuments documents;

    ClusterAccess(ClusterConnection cluster, ClusterCommand.Saying saying) {
        this.cluster = cluster;
        this.saying = saying;
        this.documents = new ClusterDocuments(cluster, saying);
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
        String done =
                switch (order.verb()) {
                    case ADD -> " was added";
                    case PASSWD -> " has another password";
                    case REMOVE -> " was removed";
                    case LIST, CHECK -> throw new IllegalStateException("has no name");
                };
        return documents.change(
                change(DocumentKind.USER, name, known, content),
                ClusterCommand.why(order.why(), "cluster users"),
                () ->
                        name
                                + done
                                + ", the cluster has "
                                + ClusterCommand.count(
                                        cluster.view().documents(DocumentKind.USER, "").size(),
                                        "user"));
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

    ExitCode run(ClusterOrder.Rules order) throws IOException, InterruptedException {
        Document known = cluster.view().document(DocumentKind.ACL, AgreedAccess.ACL);
        return switch (order.verb()) {
            case SHOW -> {
                if (known == null) {
                    yield saying.failed(ExitCode.FOUND, "the cluster has no ACL");
                }
                saying.out().print(AgreedDocuments.text(known));
                yield ExitCode.OK;
            }
            case SET -> set(Path.of(order.file()), known, order.why());
            case REMOVE ->
                    known == null
                            ? saying.failed(ExitCode.FOUND, "the cluster has no ACL")
                            : documents.change(
                                    DocumentChange.remove(known),
                                    ClusterCommand.why(order.why(), "cluster acl"),
                                    () ->
                                            "the cluster has no ACL any more: who may connect may do everything");
        };
    }

    private ExitCode set(Path file, @Nullable Document known, String why)
            throws IOException, InterruptedException {
        return documents.read(
                file,
                "an ACL of the cluster",
                text ->
                        switch (AclFile.parse(file, text.lines().toList())) {
                            case AclFile.Wrong(List<ConfigProblem> problems) ->
                                    documents.unusable(file, problems);
                            case AclFile.Loaded _ ->
                                    documents.change(
                                            change(
                                                    DocumentKind.ACL,
                                                    AgreedAccess.ACL,
                                                    known,
                                                    Content.of(
                                                            text.getBytes(StandardCharsets.UTF_8))),
                                            ClusterCommand.why(why, "cluster acl"),
                                            () ->
                                                    "the rules of "
                                                            + file
                                                            + " are those of the cluster");
                        });
    }
}
