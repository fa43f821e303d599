package io.robustmq.placement;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Makes a state's pieces for one session of a receiver, in their order. One thread at a time. */
final class PieceMaker {
    private final long transfer;
    private final long session;
    private final PlacementState state;
    private final int pieceBytes;
    private final long from;
    private Iterator<byte[]> chunks = List.<byte[]>of().iterator();
    private long number = -1;

    /**
     * @param from the first that is wanted; those before it are made, too, and dropped
     */
    PieceMaker(long transfer, long session, PlacementState state, int pieceBytes, long from) {
        this.transfer = transfer;
        this.session = session;
        this.state = state;
        this.pieceBytes = pieceBytes;
        this.from = from;
    }

    long session() {
        return session;
    }

    /** The next; fewer if there are no more. */
    List<Message.Piece> next(int most) {
        if (number < 0) {
            number = 0;
            chunks = new StateWriter(state, pieceBytes);
        }
        List<Message.Piece> made = new ArrayList<>();
        while (made.size() < most && chunks.hasNext()) {
            byte[] chunk = chunks.next();
            if (number >= from) {
                made.add(Message.Piece.of(transfer, session, number, chunk));
            }
            number++;
        }
        return made;
    }
}
