package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.Authorizer.Allowed;
import io.robustmq.broker.Authorizer.Client;
import io.robustmq.broker.Authorizer.Decision;
import io.robustmq.broker.Authorizer.Denied;
import io.robustmq.broker.ClientOrigin;
import io.robustmq.broker.Identity;
import io.robustmq.telemetry.event.AuthenticationEvent.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AclFileTest {
    private static final Path FILE = Path.of("acl");

    // who

    @Test
    void a_user_has_the_rules_below_its_name_and_nobody_else_has() {
        Acl acl =
                acl(
                        """
                        # of ann
                        user ann
                        topic readwrite ann/#

                        user bob jr
                        topic bob
                        """);
        assertThat(mayPublish(acl, user("ann"), "ann/1")).isTrue();
        assertThat(maySubscribe(acl, user("ann"), "ann/#")).isTrue();
        assertThat(mayPublish(acl, user("ann"), "bob")).isFalse();
        assertThat(mayPublish(acl, user("bob jr"), "bob")).isTrue();
        assertThat(mayPublish(acl, anonymous("ann"), "ann/1")).isFalse();
    }

    @Test
    void what_stands_above_all_sections_is_for_anonymous_clients() {
        Acl acl = acl("topic read public/#\nuser ann\ntopic a");
        assertThat(maySubscribe(acl, anonymous("x"), "public/#")).isTrue();
        assertThat(mayPublish(acl, anonymous("x"), "public/1")).isFalse();
        assertThat(maySubscribe(acl, user("ann"), "public/#")).isFalse();
    }

    @Test
    void a_section_for_all_is_for_all() {
        Acl acl = acl("user ann\ntopic a\nall\ntopic read public/#");
        assertThat(maySubscribe(acl, anonymous("x"), "public/#")).isTrue();
        assertThat(maySubscribe(acl, user("ann"), "public/#")).isTrue();
    }

    @Test
    void a_client_id_may_be_given_with_stars() {
        Acl acl = acl("clientid pump-*-x\ntopic pumps");
        assertThat(mayPublish(acl, anonymous("pump-7-x"), "pumps")).isTrue();
        assertThat(mayPublish(acl, anonymous("pump--x"), "pumps")).isTrue();
        assertThat(mayPublish(acl, anonymous("pump-7-y"), "pumps")).isFalse();
        assertThat(mayPublish(acl, anonymous("a-pump-7-x"), "pumps")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "*, '', true",
        "*, anything, true",
        "a*b*c, abc, true",
        "a*b*c, aXbXbXc, true",
        "a*b*c, aXbXbX, false",
        "**a, a, true",
        "a, '', false",
        "a, A, false",
    })
    void a_star_stands_for_any_characters(String pattern, String clientId, boolean matches) {
        assertThat(AclSection.ClientId.matches(pattern, clientId)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.1.2, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "10.1.2.3/8, 10.9.9.9, true",
        "192.168.1.128/25, 192.168.1.200, true",
        "192.168.1.128/25, 192.168.1.100, false",
        "0.0.0.0/0, 8.8.8.8, true",
        "0.0.0.0/0, ::1, false",
        "127.0.0.1, 127.0.0.1, true",
        "127.0.0.1, 127.0.0.2, false",
        "fd00::/8, fd12:3456::1, true",
        "fd00::/8, fe80::1, false",
        "::1, ::1, true",
        "127.0.0.0/8, ::ffff:127.0.0.1, true",
    })
    void an_address_is_one_or_a_range(String range, String address, boolean has) throws Exception {
        Acl acl = acl("address " + range + "\ntopic t");
        assertThat(mayPublish(acl, client("", "c", "tcp", address), "t")).isEqualTo(has);
    }

    @Test
    void a_unix_socket_has_no_address_but_its_listener_has_a_name() {
        Client onSocket =
                new Client(
                        Identity.ANONYMOUS,
                        "c",
                        new ClientOrigin("local", "unix", UnixDomainSocketAddress.of("/x"), null));
        Acl acl = acl("address 0.0.0.0/0\ntopic a\nlistener local\ntopic b");
        assertThat(mayPublish(acl, onSocket, "a")).isFalse();
        assertThat(mayPublish(acl, onSocket, "b")).isTrue();
    }

    @Test
    void a_section_may_be_narrowed() {
        Acl acl = acl("user ann\nand address 10.0.0.0/8\nand listener tls\ntopic a");
        assertThat(mayPublish(acl, client("ann", "c", "tls", "10.1.1.1"), "a")).isTrue();
        assertThat(mayPublish(acl, client("ann", "c", "tcp", "10.1.1.1"), "a")).isFalse();
        assertThat(mayPublish(acl, client("ann", "c", "tls", "11.1.1.1"), "a")).isFalse();
        assertThat(mayPublish(acl, client("bob", "c", "tls", "10.1.1.1"), "a")).isFalse();
    }

    // what

    @Test
    void a_rule_is_for_reading_writing_or_both_and_both_if_it_does_not_say() {
        Acl acl =
                acl(
                        """
                        all
                        topic read r
                        topic write w
                        topic readwrite b
                        topic n
                        topic reader
                        """);
        Client client = anonymous("c");
        for (String both : new String[] {"b", "n", "reader"}) {
            assertThat(mayPublish(acl, client, both)).isTrue();
            assertThat(maySubscribe(acl, client, both)).isTrue();
        }
        assertThat(mayPublish(acl, client, "r")).isFalse();
        assertThat(maySubscribe(acl, client, "r")).isTrue();
        assertThat(mayPublish(acl, client, "w")).isTrue();
        assertThat(maySubscribe(acl, client, "w")).isFalse();
    }

    @Test
    void what_no_rule_allows_is_denied_and_the_file_named() {
        assertThat(acl("").rightsOf(anonymous("c")).publish("t"))
                .isEqualTo(new Denied("acl (no rule allows it)"));
    }

    @Test
    void a_rule_that_denies_wins_wherever_it_stands_and_is_named() {
        for (String text :
                new String[] {
                    "all\ntopic #\ntopic deny secret/#", "all\ntopic deny secret/#\ntopic #"
                }) {
            Acl acl = acl(text);
            int line = text.indexOf("deny") <= 10 ? 2 : 3;
            Decision denied = acl.rightsOf(anonymous("c")).publish("secret/1");
            assertThat(denied).isEqualTo(new Denied("acl:" + line));
            assertThat(mayPublish(acl, anonymous("c"), "open")).isTrue();
            assertThat(maySubscribe(acl, anonymous("c"), "secret/x")).isFalse();
            assertThat(maySubscribe(acl, anonymous("c"), "open/#")).isTrue();
        }
    }

    @Test
    void a_filter_that_matches_a_denied_topic_among_others_is_denied() {
        Acl acl = acl("all\ntopic #\ntopic deny +/secret");
        assertThat(maySubscribe(acl, anonymous("c"), "#")).isFalse();
        assertThat(maySubscribe(acl, anonymous("c"), "a/+")).isFalse();
        assertThat(maySubscribe(acl, anonymous("c"), "a/+/b")).isTrue();
    }

    @Test
    void of_several_that_deny_the_first_is_named() {
        Acl acl = acl("pattern deny a\nclientid c\ntopic deny a\nuser ann\ntopic deny a");
        assertThat(acl.rightsOf(client("ann", "c", "tcp", "10.0.0.1")).publish("a"))
                .isEqualTo(new Denied("acl:1"));
    }

    @Test
    void wildcards_do_not_reach_what_begins_with_a_dollar() {
        Acl acl = acl("all\ntopic read #\ntopic read $SYS/brokers/#");
        assertThat(maySubscribe(acl, anonymous("c"), "$SYS/brokers/#")).isTrue();
        assertThat(maySubscribe(acl, anonymous("c"), "$SYS/#")).isFalse();
    }

    @Test
    void a_shared_subscription_needs_what_its_filter_needs_or_a_rule_of_its_own() {
        Acl acl = acl("all\ntopic read a/#\ntopic read $share/workers/jobs/#");
        Client client = anonymous("c");
        assertThat(maySubscribe(acl, client, "$share/any/a/+")).isTrue();
        assertThat(maySubscribe(acl, client, "$share/any/b")).isFalse();
        assertThat(maySubscribe(acl, client, "$share/workers/jobs/1")).isTrue();
        assertThat(maySubscribe(acl, client, "$share/others/jobs/1")).isFalse();
        assertThat(maySubscribe(acl, client, "jobs/1")).isFalse();
    }

    // patterns

    @Test
    void a_pattern_is_for_all_and_has_their_names_in_it() {
        Acl acl = acl("user ann\ntopic x\npattern write sensors/%c/%u");
        assertThat(mayPublish(acl, client("bob", "s1", "tcp", "10.0.0.1"), "sensors/s1/bob"))
                .isTrue();
        assertThat(mayPublish(acl, client("bob", "s1", "tcp", "10.0.0.1"), "sensors/s2/bob"))
                .isFalse();
        assertThat(mayPublish(acl, client("bob", "s1", "tcp", "10.0.0.1"), "sensors/s1/ann"))
                .isFalse();
    }

    @Test
    void a_pattern_with_a_user_name_says_nothing_about_anonymous_clients() {
        Acl acl = acl("pattern home/%u/#\npattern client-%c");
        assertThat(mayPublish(acl, anonymous("c"), "home//x")).isFalse();
        assertThat(mayPublish(acl, anonymous("c"), "client-c")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"+", "'#'", "a/b", "a+", "$SYS"})
    void a_client_that_calls_itself_like_a_filter_gets_nothing_of_a_pattern(String clientId) {
        Acl acl = acl("pattern %c/#\nall\ntopic own/#");
        Client client = anonymous(clientId);
        assertThat(maySubscribe(acl, client, "a/#")).isFalse();
        assertThat(maySubscribe(acl, client, clientId + "/#")).isFalse();
        assertThat(maySubscribe(acl, client, "own/#")).isTrue();
        Acl denying = acl("all\ntopic #\npattern deny inbox/%c/locked");
        assertThat(mayPublish(denying, client, "inbox/any/locked")).isFalse();
        assertThat(mayPublish(denying, client, "inbox/any/open")).isTrue();
    }

    @Test
    void a_user_called_like_the_other_variable_does_not_become_the_client_id() {
        Acl acl = acl("pattern %u/#");
        assertThat(mayPublish(acl, client("%c", "victim", "tcp", "10.0.0.1"), "victim/1"))
                .isFalse();
    }

    @Test
    void a_pattern_in_a_section_that_mosquitto_does_not_know_is_for_that_section() {
        Acl acl = acl("listener public\npattern write in/%c");
        assertThat(mayPublish(acl, client("", "c", "public", "10.0.0.1"), "in/c")).isTrue();
        assertThat(mayPublish(acl, client("", "c", "tcp", "10.0.0.1"), "in/c")).isFalse();
    }

    // what is wrong

    @Test
    void every_problem_is_told_with_its_line() {
        String text =
                """
                topik a
                topic
                topic read
                topic read a/#/b
                user
                user ann
                topic a+
                pattern %c+/x
                address 10.0.0.0/33
                address example.org
                and user bob
                topic ok
                and user bob
                all of them
                topic $share/g
                topic read $share/+/ok
                """;
        AclFile.Outcome outcome = AclFile.parse(FILE, text.lines().toList());
        assertThat(outcome).isInstanceOf(AclFile.Wrong.class);
        assertThat(((AclFile.Wrong) outcome).problems())
                .extracting(ConfigProblem::line)
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("acl:1: a line begins with topic"),
                        line -> assertThat(line).isEqualTo("acl:2: topic needs a topic filter"),
                        line ->
                                assertThat(line)
                                        .startsWith("acl:3: topic read needs a topic filter;")
                                        .endsWith("write topic readwrite read"),
                        line -> assertThat(line).startsWith("acl:4: in a topic filter +"),
                        line -> assertThat(line).isEqualTo("acl:5: user needs a value"),
                        line -> assertThat(line).startsWith("acl:7: in a topic filter +"),
                        line -> assertThat(line).startsWith("acl:8: in a topic filter +"),
                        line -> assertThat(line).startsWith("acl:9: address must be like"),
                        line -> assertThat(line).startsWith("acl:10: address must be like"),
                        line -> assertThat(line).startsWith("acl:13: and stands right below"),
                        line -> assertThat(line).startsWith("acl:14: all stands alone"),
                        line -> assertThat(line).startsWith("acl:15: a shared subscription is"));
    }

    @Test
    void nothing_can_be_narrowed_above_all_sections() {
        AclFile.Outcome outcome = AclFile.parse(FILE, List.of("and user ann", "topic a"));
        assertThat(((AclFile.Wrong) outcome).problems())
                .extracting(ConfigProblem::line)
                .containsExactly("acl:1: and narrows a section, and none was begun above it");
    }

    private static Acl acl(String text) {
        return switch (AclFile.parse(FILE, text.lines().toList())) {
            case AclFile.Loaded(Acl acl) -> acl;
            case AclFile.Wrong(List<ConfigProblem> problems) ->
                    throw new AssertionError(problems.toString());
        };
    }

    private static boolean mayPublish(Acl acl, Client client, String topic) {
        return acl.rightsOf(client).publish(topic) instanceof Allowed;
    }

    private static boolean maySubscribe(Acl acl, Client client, String filter) {
        return acl.rightsOf(client).subscribe(filter) instanceof Allowed;
    }

    private static Client anonymous(String clientId) {
        return client("", clientId, "tcp", "127.0.0.1");
    }

    private static Client user(String name) {
        return client(name, "c", "tcp", "127.0.0.1");
    }

    private static Client client(String user, String clientId, String listener, String address) {
        return new Client(
                user.isEmpty()
                        ? Identity.ANONYMOUS
                        : new Identity(Method.PASSWORD, user, false, ""),
                clientId,
                new ClientOrigin(
                        listener,
                        "tcp",
                        new InetSocketAddress(InetAddress.ofLiteral(address), 1),
                        null));
    }
}
