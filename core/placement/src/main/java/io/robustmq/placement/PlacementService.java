package io.robustmq.placement;

import com.hazelcast.cp.CPGroupId;
import com.hazelcast.cp.internal.RaftOp;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The replicated state machine, a service inside the Hazelcast member. Changed on the one thread
 * that Hazelcast gives its group; read by any.
 */
final class PlacementService {
    static final String NAME = "robustmq:placement";

    private final AtomicReference<PlacementState> state =
            new AtomicReference<>(PlacementState.EMPTY);

    PlacementState state() {
        return state.getAcquire();
    }

    /** Before the member runs: what the log says. */
    void restore(PlacementState recovered) {
        state.setRelease(recovered);
    }

    /** Applies the command that stands at {@code index} of the log, counted from 0. */
    PlacementState.Step apply(long index, Command command) {
        PlacementState before = state.getPlain();
        if (before.revision() != index) {
            throw new IllegalStateException(
                    "the state is at revision "
                            + before.revision()
                            + " and cannot take the command at log index "
                            + index);
        }
        PlacementState.Step step = before.apply(command);
        state.setRelease(step.state());
        return step;
    }

    /** A command on its way to the state machine. */
    static final class Apply extends RaftOp implements IdentifiedDataSerializable {
        private long index;
        private byte[] command = {};

        Apply() {}

        Apply(long index, byte[] command) {
            this.index = index;
            this.command = command;
        }

        @Override
        public Object run(CPGroupId groupId, long commitIndex) throws IOException {
            PlacementService service = getService();
            return service.apply(index, Command.decoded(command));
        }

        @Override
        protected String getServiceName() {
            return NAME;
        }

        @Override
        public int getFactoryId() {
            return Operations.FACTORY;
        }

        @Override
        public int getClassId() {
            return Operations.APPLY;
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeLong(index);
            out.writeByteArray(command);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            index = in.readLong();
            byte[] read = in.readByteArray();
            if (read == null) {
                throw new IOException("a placement operation without its command");
            }
            command = read;
        }
    }

    /** Makes our operations when they arrive from another member. */
    static final class Operations implements DataSerializableFactory {
        static final int FACTORY = 7001;
        static final int APPLY = 1;

        @Override
        public @Nullable IdentifiedDataSerializable create(int classId) {
            return classId == APPLY ? new Apply() : null;
        }
    }
}
