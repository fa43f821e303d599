package io.robustmq.journal;

import java.nio.file.Path;

/**
 * Something that is not as it should be in the files of a shard that no process has open.
 *
 * @param position in the file
 * @param firstLost offset of the first record that it costs
 * @param afterLost offset after the last; the same as {@code firstLost} if it costs none
 * @param detail what was found, and what should have been there
 */
public record Finding(
        String shard,
        Kind kind,
        Path file,
        long position,
        long firstLost,
        long afterLost,
        String detail) {

    /** What it is, and what can be done. */
    public enum Kind {
        TORN_TAIL(
                Repair.CUT,
                "The last write before a crash was cut short; no record that had been synced is in it. The next start cuts it off, and so does repair."),
        CREATED_IN_PART(
                Repair.NONE,
                "A crash came while the file was being created; it holds no record. The next start deletes it."),
        NOT_SEALED(
                Repair.NONE,
                "A crash came before the seal was written; no record is missing. The next start seals it."),
        DAMAGED_RECORDS(
                Repair.NONE,
                "Check the disk. Restore the file from a backup if there is one; otherwise readers are told of the gap and go on behind it."),
        DAMAGED_END(
                Repair.NONE,
                "Check the disk. Restore the file from a backup if there is one; otherwise readers are told of the gap and go on with the next file."),
        UNUSABLE_SEGMENT(
                Repair.MOVE_ASIDE,
                "Nothing of the file can be read. Restore it from a backup if there is one; repair moves it aside, and readers are told of the gap."),
        UNUSABLE_LAST_SEGMENT(
                Repair.NONE,
                "Nothing of the file can be read. Restore it from a backup if there is one; otherwise leave it: the next start goes on behind it, with offsets that were not given before."),
        MISSING_SEGMENT(
                Repair.NONE,
                "A file between two others is not there. Restore it from a backup if there is one; otherwise readers are told of the gap."),
        OVERLAPPING_SEGMENT(
                Repair.NONE,
                "The file has records that the next one has too; those of the next one count. Was it copied there?"),
        INDEX_MISSING(
                Repair.REBUILD_INDEX,
                "It is made again from the records when it is needed, or by repair."),
        INDEX_DAMAGED(
                Repair.REBUILD_INDEX,
                "It is made again from the records when it is needed, or by repair."),
        INDEX_WITHOUT_SEGMENT(
                Repair.DELETE,
                "Retention was deleting both when a crash came. The next start deletes it, and so does repair."),
        DAMAGED_SNAPSHOT(
                Repair.MOVE_ASIDE,
                "The snapshot before it is taken instead, and more records are read at the start; repair moves it aside.");

        private final Repair repair;
        private final String advice;

        Kind(Repair repair, String advice) {
            this.repair = repair;
            this.advice = advice;
        }

        /** What repair does. */
        public Repair repair() {
            return repair;
        }

        /** What it means, and what to do; whole sentences. */
        public String advice() {
            return advice;
        }
    }

    /** What can be done about it without losing anything that could still be read. */
    public enum Repair {
        NONE,
        /** The file is cut where the finding is. */
        CUT,
        REBUILD_INDEX,
        DELETE,
        /** The file goes to {@code damaged/} in the shard's directory. */
        MOVE_ASIDE
    }

    /** Records that it costs. */
    public long lost() {
        return afterLost - firstLost;
    }
}
