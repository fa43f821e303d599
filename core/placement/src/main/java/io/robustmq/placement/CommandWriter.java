package io.robustmq.placement;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Makes commands of what is wanted, and of what became of them what is answered. */
final class CommandWriter implements PlacementWriter {
    private final Function<Command, CompletableFuture<PlacementState.Step>> submit;

    CommandWriter(Function<Command, CompletableFuture<PlacementState.Step>> submit) {
        this.submit = submit;
    }

    @Override
    public CompletableFuture<Long> register(Node node) {
        return submit.apply(new Command.Register(node)).thenApply(CommandWriter::registered);
    }

    private static long registered(PlacementState.Step step) {
        return switch (step.answer(NodeAnswer.class)) {
            case NodeAnswer.Registered _ -> revision(step);
            case NodeAnswer.Full(int maxNodes) ->
                    throw new IllegalStateException(
                            "at most " + maxNodes + " nodes may be registered");
        };
    }

    @Override
    public CompletableFuture<NodeAnswer> register(Node node, long instance) {
        return submit.apply(new Command.Register(node, instance))
                .thenApply(step -> step.answer(NodeAnswer.class));
    }

    @Override
    public CompletableFuture<Agreement> deregister(NodeEpoch node) {
        return agree(new Command.Deregister(node.nodeId(), node.epoch()));
    }

    @Override
    public CompletableFuture<Long> deregister(String nodeId) {
        Node.checkId(nodeId);
        return submit.apply(new Command.Deregister(nodeId)).thenApply(CommandWriter::revision);
    }

    private static long revision(PlacementState.Step step) {
        return step.answered().revision();
    }

    @Override
    public CompletableFuture<Agreement> beginTrace(TraceOrder order) {
        return agree(new Command.BeginTrace(order));
    }

    @Override
    public CompletableFuture<Agreement> endTrace(String id, Author by) {
        return agree(new Command.EndTrace(id, by));
    }

    @Override
    public CompletableFuture<Agreement> setLevel(LevelOrder order) {
        return agree(new Command.SetLevel(order));
    }

    private CompletableFuture<Agreement> agree(Command command) {
        return submit.apply(command).thenApply(PlacementState.Step::agreement);
    }

    @Override
    public CompletableFuture<DocumentAnswer> change(
            List<DocumentChange> changes, Author by, String why) {
        return submit.apply(new Command.ChangeDocuments(changes, by, why))
                .thenApply(step -> step.answer(DocumentAnswer.class));
    }

    @Override
    public CompletableFuture<ClaimAnswer> changeClaims(NodeEpoch node, List<ClaimChange> changes) {
        return submit.apply(new Command.ChangeClaims(node, changes))
                .thenApply(step -> step.answer(ClaimAnswer.class));
    }
}
