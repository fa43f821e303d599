package io.robustmq.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The rules, for a tree of packages below a root. */
final class Architecture {
    private static final String[] JDK = {"java..", "javax..", "com.sun.net.httpserver..", ""};
    private static final String[] NETTY = {"io.netty.."};

    private static final Set<String> FILES_THAT_WRITE =
            Set.of(
                    "copy",
                    "createDirectories",
                    "createDirectory",
                    "createFile",
                    "createLink",
                    "createSymbolicLink",
                    "createTempDirectory",
                    "createTempFile",
                    "delete",
                    "deleteIfExists",
                    "move",
                    "newBufferedWriter",
                    "newByteChannel",
                    "newOutputStream",
                    "setAttribute",
                    "setLastModifiedTime",
                    "setPosixFilePermissions",
                    "write",
                    "writeString");
    private static final Set<String> FILE_METHODS_THAT_WRITE =
            Set.of("createNewFile", "createTempFile", "delete", "mkdir", "mkdirs", "renameTo");
    private static final Set<String> TYPES_THAT_WRITE =
            Set.of(
                    "java.io.FileOutputStream",
                    "java.io.FileWriter",
                    "java.io.RandomAccessFile",
                    "java.nio.channels.AsynchronousFileChannel",
                    "java.nio.channels.FileChannel");

    private final String root;

    /**
     * @param root {@code io.robustmq}, or where the wrong examples are
     */
    Architecture(String root) {
        this.root = root;
    }

    /** By name, which is the wrong example's too. */
    Map<String, ArchRule> rules() {
        Map<String, ArchRule> rules = new LinkedHashMap<>();
        rules.put("EventImportsOthers", mayImport("telemetry.event"));
        rules.put("CatalogueImportsPipeline", mayImport("telemetry.catalogue", "telemetry.event"));
        rules.put(
                "PipelineImportsBroker",
                mayImport("telemetry.pipeline", "telemetry.event", "telemetry.catalogue"));
        rules.put("ProtocolImportsEvent", mayImport("protocol"));
        rules.put("JournalImportsPlacement", mayImport("journal", "telemetry.event"));
        rules.put(
                "EventlogImportsBroker",
                mayImport(
                        "eventlog",
                        "journal",
                        "telemetry.event",
                        "telemetry.catalogue",
                        "telemetry.pipeline"));
        rules.put("PlacementImportsBroker", mayImport("placement", "journal", "telemetry.event"));
        rules.put(
                "ReplicationImportsPlacement",
                mayImport("replication", "journal", "telemetry.event"));
        rules.put(
                "BrokerImportsPipeline",
                mayImport("broker", "protocol", "journal", "placement", "telemetry.event"));
        rules.put(
                "TestkitImportsBroker",
                mayImport(
                        "testkit", "telemetry.event", "telemetry.catalogue", "telemetry.pipeline"));
        rules.put("EventUsesLibrary", onlyJdk("telemetry.event"));
        rules.put("JournalUsesLibrary", onlyJdk("journal"));
        rules.put("ReplicationUsesLibrary", onlyJdk("replication"));
        rules.put(
                "ProtocolUsesNettyChannel",
                noClasses()
                        .that(in("protocol"))
                        .should()
                        .dependOnClassesThat(
                                resideInAnyPackage(NETTY)
                                        .and(not(resideInAnyPackage("io.netty.buffer.."))))
                        .because("the codec works on buffers and knows no channels"));
        // testkit: watches buffers in the tests of those
        rules.put(
                "PlacementUsesNetty",
                library("Netty", NETTY, "protocol", "broker", "server", "testkit"));
        rules.put(
                "BrokerUsesHazelcast",
                library("Hazelcast", new String[] {"com.hazelcast.."}, "placement"));
        rules.put(
                "BrokerUsesOpenTelemetry",
                library(
                        "OpenTelemetry and Fluency",
                        new String[] {
                            "io.opentelemetry..", "org.komamitsu..", "okhttp3..", "org.msgpack.."
                        },
                        "telemetry.pipeline"));
        rules.put(
                "BrokerUsesGrpc",
                library(
                        "gRPC and Protobuf",
                        new String[] {"io.grpc..", "com.google.protobuf.."},
                        "server"));
        rules.put(
                "BrokerUsesPrometheus",
                library(
                        "Prometheus",
                        new String[] {"io.prometheus.."},
                        "telemetry.pipeline",
                        "server"));
        rules.put(
                "BrokerLogs",
                noClasses()
                        .that(in(""))
                        .and(not(in("telemetry.pipeline")))
                        .and(not(named("placement.RaftLogger"))) // hears Hazelcast, and
                        // logs nothing
                        .should()
                        .dependOnClassesThat(
                                resideInAnyPackage(
                                        "org.slf4j..",
                                        "ch.qos.logback..",
                                        "java.util.logging..",
                                        "org.apache.."))
                        .because("the way to log is Events.emit"));
        rules.put(
                "BrokerUsesSystemLogger",
                noClasses()
                        .that(in(""))
                        .should()
                        .dependOnClassesThat(
                                describe(
                                        "are System.Logger",
                                        type ->
                                                type.getName()
                                                        .startsWith("java.lang.System$Logger")))
                        .because("the way to log is Events.emit"));
        rules.put(
                "BrokerPrints",
                noClasses()
                        .that(in(""))
                        .and(not(in("testkit")))
                        .and(not(named("server.Main")))
                        .and(not(named("telemetry.pipeline.Outside")))
                        .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
                        .because("only the launcher and the console sink print"));
        rules.put(
                "BrokerWritesFiles",
                noClasses()
                        .that(in(""))
                        .and(not(in("testkit")))
                        .and(not(in("journal")))
                        .and(not(named("telemetry.pipeline.LogDirectory")))
                        .and(not(named("telemetry.pipeline.Outside")))
                        .and(not(named("server.PrivateFile")))
                        .and(not(named("broker.SelfSigned")))
                        .and(not(named("broker.UnixSocket")))
                        .should()
                        .accessTargetWhere(writesFiles())
                        .because("only the journal keeps data, and only the file sink logs"));
        rules.put(
                "ServerImportsTestkit",
                noClasses()
                        .that(in(""))
                        .and(not(in("testkit")))
                        .should()
                        .dependOnClassesThat(in("testkit"))
                        .because("testkit is for tests"));
        return rules;
    }

    /** Our own packages that a module may use besides itself. */
    private ArchRule mayImport(String module, String... others) {
        String[] allowed =
                Stream.concat(Stream.of(module), Arrays.stream(others))
                        .map(this::packages)
                        .toArray(String[]::new);
        return noClasses()
                .that(in(module))
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(root + "..").and(not(resideInAnyPackage(allowed))))
                .because(
                        module
                                + " may import "
                                + (others.length == 0 ? "none of ours" : List.of(others)));
    }

    private ArchRule onlyJdk(String module) {
        String[] allowed =
                Stream.concat(Arrays.stream(JDK), Stream.of("org.jspecify..", "io.robustmq.."))
                        .toArray(String[]::new);
        return noClasses()
                .that(in(module))
                .should()
                .dependOnClassesThat(not(resideInAnyPackage(allowed)))
                .because(module + " needs nothing but the JDK");
    }

    private ArchRule library(String name, String[] packages, String... modules) {
        return noClasses()
                .that(in(""))
                .and(
                        not(
                                resideInAnyPackage(
                                        Arrays.stream(modules)
                                                .map(this::packages)
                                                .toArray(String[]::new))))
                .should()
                .dependOnClassesThat(resideInAnyPackage(packages))
                .because(name + " may only be used in " + List.of(modules));
    }

    private DescribedPredicate<JavaClass> in(String module) {
        return resideInAnyPackage(packages(module));
    }

    private String packages(String module) {
        return module.isEmpty() ? root + ".." : root + "." + module + "..";
    }

    /** The class of that name, and what is nested in it. */
    private DescribedPredicate<JavaClass> named(String name) {
        String wanted = root + "." + name;
        return describe(
                "named " + name,
                type -> type.getName().equals(wanted) || type.getName().startsWith(wanted + "$"));
    }

    private static DescribedPredicate<JavaClass> not(DescribedPredicate<JavaClass> predicate) {
        return DescribedPredicate.not(predicate);
    }

    private static DescribedPredicate<JavaAccess<?>> writesFiles() {
        return describe(
                "writes files",
                access -> {
                    AccessTarget target = access.getTarget();
                    String name = target.getName();
                    return switch (target.getOwner().getName()) {
                        case "java.nio.file.Files" -> FILES_THAT_WRITE.contains(name);
                        case "java.io.File" -> FILE_METHODS_THAT_WRITE.contains(name);
                        case String owner ->
                                TYPES_THAT_WRITE.contains(owner)
                                        && (name.equals("<init>") || name.equals("open"));
                    };
                });
    }
}
