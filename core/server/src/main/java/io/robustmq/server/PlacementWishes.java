package io.robustmq.server;

import io.robustmq.placement.Agreement;
import io.robustmq.placement.ClaimAnswer;
import io.robustmq.placement.ClaimAnswer.Result;
import io.robustmq.placement.ClaimChange;
import io.robustmq.placement.Content;
import io.robustmq.placement.DocumentAnswer;
import io.robustmq.placement.DocumentChange;
import io.robustmq.placement.NodeEpoch;
import io.robustmq.server.wire.AgreedResponse;
import io.robustmq.server.wire.ChangeClaimsResponse;
import io.robustmq.server.wire.ChangeDocumentsResponse;
import io.robustmq.server.wire.ClaimHeld;
import io.robustmq.server.wire.ClaimResult;
import io.robustmq.server.wire.ClaimTaken;
import io.robustmq.server.wire.ClaimWish;
import io.robustmq.server.wire.DocumentConflict;
import io.robustmq.server.wire.DocumentWish;
import java.util.List;

/** What is wanted of placement and what became of it, as messages. */
final class PlacementWishes {
    private PlacementWishes() {}

    static AgreedResponse agreed(Agreement agreement) {
        return AgreedResponse.newBuilder()
                .setRevision(agreement.revision())
                .setChanged(agreement.changed())
                .build();
    }

    static Agreement agreed(AgreedResponse answer) {
        return new Agreement(answer.getRevision(), answer.getChanged());
    }

    static DocumentWish document(DocumentChange change) {
        DocumentWish.Builder wish =
                DocumentWish.newBuilder()
                        .setKind(change.kind().text())
                        .setName(change.name())
                        .setExpectedVersion(change.expectedVersion());
        Content content = change.content();
        if (content != null) {
            wish.setContent(PlacementWire.bytes(content));
        }
        return wish.build();
    }

    static DocumentChange document(DocumentWish wish) {
        return new DocumentChange(
                PlacementWire.kind(wish.getKind()),
                wish.getName(),
                wish.getExpectedVersion(),
                wish.hasContent() ? PlacementWire.content(wish.getContent()) : null);
    }

    static ChangeDocumentsResponse documents(DocumentAnswer answer) {
        ChangeDocumentsResponse.Builder message = ChangeDocumentsResponse.newBuilder();
        switch (answer) {
            case DocumentAnswer.Changed(long revision) -> message.setRevision(revision);
            case DocumentAnswer.Conflicts(List<DocumentAnswer.Conflict> all) ->
                    all.forEach(each ->
                            message.addConflicts(
                                    DocumentConflict.newBuilder()
                                            .setPlace(each.place())
                                            .setVersion(each.version())));
            case DocumentAnswer.Full(long most, long bytes) ->
                    message.setFullAt(most).setFullBytes(bytes);
        }
        return message.build();
    }

    static DocumentAnswer documents(ChangeDocumentsResponse message) {
        if (message.getFullAt() != 0) {
            return new DocumentAnswer.Full(message.getFullAt(), message.getFullBytes());
        }
        return message.getRevision() == 0
                ? new DocumentAnswer.Conflicts(
                        message.getConflictsList().stream()
                                .map(each ->
                                        new DocumentAnswer.Conflict(
                                                each.getPlace(), each.getVersion()))
                                .toList())
                : new DocumentAnswer.Changed(message.getRevision());
    }

    static ClaimWish claim(ClaimChange change) {
        ClaimWish.Builder wish = ClaimWish.newBuilder().setClientId(change.clientId());
        switch (change) {
            case ClaimChange.Take _ -> wish.setTake(true);
            case ClaimChange.TakeFree _ -> wish.setTakeFree(true);
            case ClaimChange.Release(String _, long epoch) -> wish.setRelease(epoch);
        }
        return wish.build();
    }

    static ClaimChange claim(ClaimWish wish) {
        String clientId = wish.getClientId();
        return switch (wish.getWishCase()) {
            case TAKE -> new ClaimChange.Take(clientId);
            case TAKE_FREE -> new ClaimChange.TakeFree(clientId);
            case RELEASE -> new ClaimChange.Release(clientId, wish.getRelease());
            case WISH_NOT_SET ->
                    throw new IllegalArgumentException(
                            "what is wished for the client " + clientId + " is not said");
        };
    }

    static ChangeClaimsResponse claims(ClaimAnswer answer) {
        ChangeClaimsResponse.Builder message = ChangeClaimsResponse.newBuilder();
        switch (answer) {
            case ClaimAnswer.Done(List<Result> results) ->
                    results.forEach(each -> message.addResults(result(each)));
            case ClaimAnswer.Superseded(long epoch) -> message.setSupersededBy(epoch);
            case ClaimAnswer.Full(int most) -> message.setFullAt(most);
        }
        return message.build();
    }

    private static ClaimResult result(Result result) {
        ClaimResult.Builder message = ClaimResult.newBuilder();
        switch (result) {
            case Result.Taken(long epoch, NodeEpoch previous) -> {
                ClaimTaken.Builder taken = ClaimTaken.newBuilder().setEpoch(epoch);
                if (previous != null) {
                    taken.setPrevious(PlacementWire.identity(previous));
                }
                message.setTaken(taken);
            }
            case Result.Held(NodeEpoch owner, long epoch) ->
                    message.setHeld(
                            ClaimHeld.newBuilder()
                                    .setOwner(PlacementWire.identity(owner))
                                    .setEpoch(epoch));
            case Result.Released(boolean wasHeld) -> message.setReleased(wasHeld);
        }
        return message.build();
    }

    static ClaimAnswer claims(ChangeClaimsResponse message) {
        if (message.hasSupersededBy()) {
            return new ClaimAnswer.Superseded(message.getSupersededBy());
        }
        return message.getFullAt() != 0
                ? new ClaimAnswer.Full(message.getFullAt())
                : new ClaimAnswer.Done(
                        message.getResultsList().stream().map(PlacementWishes::result).toList());
    }

    private static Result result(ClaimResult message) {
        return switch (message.getResultCase()) {
            case TAKEN -> {
                ClaimTaken taken = message.getTaken();
                yield new Result.Taken(
                        taken.getEpoch(),
                        taken.hasPrevious() ? PlacementWire.identity(taken.getPrevious()) : null);
            }
            case HELD ->
                    new Result.Held(
                            PlacementWire.identity(message.getHeld().getOwner()),
                            message.getHeld().getEpoch());
            case RELEASED -> new Result.Released(message.getReleased());
            case RESULT_NOT_SET ->
                    throw new IllegalArgumentException("the result of a claim is not known here");
        };
    }
}
