package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.placement.DocumentAnswer.Changed;
import io.robustmq.placement.DocumentAnswer.Conflict;
import io.robustmq.placement.DocumentAnswer.Conflicts;
import io.robustmq.telemetry.event.Admin;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Documents, and how they change together. */
class DocumentsTest {
    private static final Author BY = new Author("n", new Admin("w", "f", Admin.Outcome.DONE));
    private static final Content ONE = content("1");
    private static final Content TWO = content("2");

    @Test
    void a_document_knows_its_version_and_who_changed_it_why() {
        PlacementState.Step made =
                change(
                        PlacementState.EMPTY,
                        "wanted",
                        DocumentChange.create(DocumentKind.USER, "u", ONE));
        Document first = new Document(DocumentKind.USER, "u", ONE, 1, 1, BY, "wanted");
        assertThat(made.answer()).isEqualTo(new Changed(1));
        assertThat(made.state().documents().document(DocumentKind.USER, "u")).isEqualTo(first);
        assertThat(made.change())
                .isEqualTo(
                        new PlacementChange.DocumentsChanged(
                                1,
                                List.of(
                                        new PlacementChange.DocumentsChanged.One(
                                                DocumentKind.USER, "u", first)),
                                BY,
                                "wanted"));
        PlacementState.Step again =
                change(made.state(), "better", DocumentChange.replace(first, TWO));
        Document second = new Document(DocumentKind.USER, "u", TWO, 2, 1, BY, "better");
        assertThat(again.state().documents().document(DocumentKind.USER, "u")).isEqualTo(second);
        PlacementState.Step gone = change(again.state(), "", DocumentChange.remove(second));
        assertThat(gone.state().documents()).isEqualTo(Documents.NONE);
        assertThat(gone.change())
                .isEqualTo(
                        new PlacementChange.DocumentsChanged(
                                3,
                                List.of(
                                        new PlacementChange.DocumentsChanged.One(
                                                DocumentKind.USER, "u", null)),
                                BY,
                                ""));
    }

    @Test
    void one_that_is_not_as_expected_leaves_all_as_they_were() {
        PlacementState state =
                change(PlacementState.EMPTY, "", DocumentChange.create(DocumentKind.ACL, "a", ONE))
                        .state();
        PlacementState.Step refused =
                change(
                        state,
                        "",
                        DocumentChange.create(DocumentKind.ACL, "new", ONE),
                        DocumentChange.create(DocumentKind.ACL, "a", TWO),
                        new DocumentChange(DocumentKind.USER, "a", 7, TWO));
        assertThat(refused.answer())
                .isEqualTo(new Conflicts(List.of(new Conflict(1, 1), new Conflict(2, 0))));
        assertThat(refused.change()).isNull();
        assertThat(refused.state().documents()).isEqualTo(state.documents());
    }

    @Test
    void a_prefix_finds_what_begins_with_it() {
        PlacementState state = PlacementState.EMPTY;
        for (String name : List.of("a", "a/", "a/b", "a0", "b", "\uffff", "\uffff1")) {
            state = change(state, "", DocumentChange.create(DocumentKind.SHARD, name, ONE)).state();
        }
        assertThat(names(state, "a/")).containsExactly("a/", "a/b");
        assertThat(names(state, "")).hasSize(7);
        assertThat(names(state, "\uffff")).containsExactly("\uffff", "\uffff1");
        assertThat(names(state, "c")).isEmpty();
        assertThat(state.documents().startingWith(DocumentKind.USER, "")).isEmpty();
    }

    private static List<String> names(PlacementState state, String prefix) {
        return state.documents().startingWith(DocumentKind.SHARD, prefix).stream()
                .map(Document::name)
                .toList();
    }

    @Test
    void what_is_too_large_is_refused_by_its_limit_and_its_size() {
        assertThatThrownBy(() -> Content.of(new byte[Content.MAX_BYTES + 1]))
                .hasMessage("a document has at most 262144 bytes, was 262145");
        assertThatThrownBy(() -> DocumentChange.create(DocumentKind.ACL, "x".repeat(1025), ONE))
                .hasMessage("a document's name has 1 to 1024 characters, was 1025");
        List<DocumentChange> changes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Content large = Content.of(new byte[Content.MAX_BYTES]);
            changes.add(DocumentChange.create(DocumentKind.ACL, "" + i, large));
        }
        assertThatThrownBy(() -> new Command.ChangeDocuments(changes, BY, ""))
                .hasMessage(
                        "documents that are changed together have at most 1048576 bytes with their names, was 1048580");
        DocumentChange one = DocumentChange.create(DocumentKind.ACL, "a", ONE);
        assertThatThrownBy(() -> new Command.ChangeDocuments(List.of(one, one), BY, ""))
                .hasMessage("a document is changed once at a time, was twice: ACL a");
        List<DocumentChange> many = new ArrayList<>();
        for (int i = 0; i <= DocumentChange.MAX; i++) {
            many.add(DocumentChange.create(DocumentKind.ACL, "" + i, ONE));
        }
        assertThatThrownBy(() -> new Command.ChangeDocuments(many, BY, ""))
                .hasMessage("1 to 64 documents are changed together, was 65");
        assertThatThrownBy(() -> new Command.ChangeDocuments(List.of(one), BY, "w".repeat(1025)))
                .hasMessage("the reason for a change has at most 1024 characters, was 1025");
    }

    @Test
    void no_more_bytes_are_kept_than_may_be_and_less_is_always_possible() {
        PlacementState filled =
                change(PlacementState.EMPTY, "", DocumentChange.create(DocumentKind.ACL, "a", TWO))
                        .state();
        Documents full = new Documents(filled.documents().byKind(), Documents.MAX_BYTES);
        Command.ChangeDocuments more = wish("", DocumentChange.create(DocumentKind.ACL, "b", ONE));
        Documents.Outcome refused = full.change(2, more);
        assertThat(refused.after()).isSameAs(full);
        assertThat(refused.answer()).isEqualTo(new DocumentAnswer.Full(1L << 30, (1L << 30) + 2));
        Command.ChangeDocuments less = wish("", new DocumentChange(DocumentKind.ACL, "a", 1, null));
        assertThat(full.change(2, less).after().bytes()).isEqualTo((1L << 30) - 2);
    }

    @Test
    void the_bytes_in_the_log_are_these() {
        Command command =
                wish(
                        "why",
                        DocumentChange.create(DocumentKind.SHARD, "s", ONE),
                        new DocumentChange(DocumentKind.CONFIG, "c", 9, null));
        assertThat(HexFormat.of().formatHex(command.encoded()))
                .isEqualTo(
                        "0120"
                                + "0002"
                                + "01"
                                + "000173"
                                + "0000000000000000"
                                + "00000001"
                                + "31"
                                + "06"
                                + "000163"
                                + "0000000000000009"
                                + "ffffffff"
                                + "00016e"
                                + "000177"
                                + "000166"
                                + "0003776879");
    }

    private record Known(long version, Content content) {}

    @Test
    void whatever_is_changed_they_are_what_a_plain_map_would_hold() {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom chance = new SplittableRandom(seed);
        for (int round = 0; round < 50; round++) {
            Everything some = new Everything(chance.split());
            PlacementState state = PlacementState.EMPTY;
            TreeMap<String, Known> model = new TreeMap<>();
            for (int i = 0; i < 200; i++) {
                List<DocumentChange> changes = some.changes(state);
                boolean fits =
                        changes.stream()
                                .allMatch(each -> each.expectedVersion() == version(model, each));
                PlacementState.Step step =
                        state.apply(new Command.ChangeDocuments(changes, BY, ""));
                state = step.state();
                assertThat(step.answer() instanceof Changed).as("-Dseed=%d", seed).isEqualTo(fits);
                if (fits) {
                    for (DocumentChange each : changes) {
                        Content content = each.content();
                        if (content == null) {
                            model.remove(key(each));
                        } else {
                            model.put(key(each), new Known(state.revision(), content));
                        }
                    }
                }
                TreeMap<String, Known> held = new TreeMap<>();
                long bytes = 0;
                for (DocumentKind kind : DocumentKind.values()) {
                    for (Document each : state.documents().startingWith(kind, "")) {
                        held.put(kind + each.name(), new Known(each.version(), each.content()));
                        bytes +=
                                each.name().getBytes(StandardCharsets.UTF_8).length
                                        + each.content().size();
                    }
                }
                assertThat(held).as("-Dseed=%d", seed).isEqualTo(model);
                assertThat(state.documents().bytes()).as("-Dseed=%d", seed).isEqualTo(bytes);
            }
        }
    }

    private static String key(DocumentChange change) {
        return change.kind() + change.name();
    }

    private static long version(TreeMap<String, Known> model, DocumentChange change) {
        Known known = model.get(key(change));
        return known == null ? DocumentChange.ABSENT : known.version();
    }

    private static PlacementState.Step change(
            PlacementState state, String why, DocumentChange... changes) {
        return state.apply(wish(why, changes));
    }

    private static Command.ChangeDocuments wish(String why, DocumentChange... changes) {
        return new Command.ChangeDocuments(List.of(changes), BY, why);
    }

    private static Content content(String text) {
        return Content.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
