package io.robustmq.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class DocumentsTest {
    private static final ShardHead HEAD = new ShardHead("orders", 7, "broker-1/4f", 12);
    private static final Segment OPEN =
            Segment.open(new SegmentId("orders", 11, 500), 7, List.of("a", "b", "c"), 2);

    @Test
    void a_document_is_the_same_after_its_way() {
        assertThat(Documents.head(Documents.encoded(HEAD))).isEqualTo(HEAD);
        assertThat(Documents.segment(Documents.encoded(OPEN))).isEqualTo(OPEN);
        assertThat(Documents.segment(Documents.encoded(OPEN.sealed(499))))
                .isEqualTo(OPEN.sealed(499));
    }

    @Test
    void the_bytes_are_those_that_are_drawn() {
        assertThat(HexFormat.of().formatHex(Documents.encoded(HEAD)))
                .isEqualTo(
                        "01066f7264657273" // version, "orders"
                                + "0000000000000007"
                                + "0b62726f6b65722d312f3466"
                                + "0000000c");
        assertThat(HexFormat.of().formatHex(Documents.encoded(OPEN.sealed(501))))
                .isEqualTo(
                        "01066f72646572730000000b00000000000001f4" // ..., 11, 500
                                + "0000000000000007" // epoch
                                + "0302" // three replicas, two of them
                                + "016101620163"
                                + "0100000000000001f5"); // sealed at 501
    }

    @Test
    void a_part_of_a_document_is_refused_with_what_is_wrong() {
        byte[] head = Documents.encoded(HEAD);
        for (int length = 0; length < head.length; length++) {
            byte[] part = Arrays.copyOf(head, length);
            assertThatIllegalArgumentException().isThrownBy(() -> Documents.head(part));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Documents.segment(Arrays.copyOf(Documents.encoded(OPEN), 80)))
                .withMessage("no document of a segment: it goes on after its end");
    }
}
