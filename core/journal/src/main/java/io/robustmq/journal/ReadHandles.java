package io.robustmq.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Files open to read, shared by all readers of a node, so that a read does not open a file. Any
 * thread.
 *
 * <p>Bound: {@link #MAX_IDLE} that nobody reads; the one not used for longest is closed.
 */
final class ReadHandles implements Closeable {
    private static final int MAX_IDLE = 128;

    /** A reader that is interrupted closes the file for all; the others open it again. */
    private static final int MAX_REOPENED = 16;

    private static final class Shared {
        private final DiskFile file;
        private int readers = 1;
        private boolean forgotten;

        Shared(DiskFile file) {
            this.file = file;
        }
    }

    private final Disk disk;
    private final Map<Segment, Shared> open = new LinkedHashMap<>(16, 0.75f, true);

    ReadHandles(Disk disk) {
        this.disk = disk;
    }

    /** To be closed after use. */
    DiskFile of(Segment segment) throws IOException {
        return new Handle(segment, acquire(segment));
    }

    private Shared acquire(Segment segment) throws IOException {
        synchronized (open) {
            Shared found = open.get(segment);
            if (found != null) {
                found.readers++;
                return found;
            }
        }
        Shared opened = new Shared(disk.openToRead(segment.path));
        Shared other;
        synchronized (open) {
            other = open.get(segment);
            if (other == null) {
                open.put(segment, opened);
                return opened;
            }
            other.readers++;
        }
        opened.file.close();
        return other;
    }

    private void release(Shared shared) {
        List<Shared> idle = new ArrayList<>();
        synchronized (open) {
            shared.readers--;
            if (shared.forgotten && shared.readers == 0) {
                idle.add(shared);
            }
            int most = Math.max(0, open.size() - MAX_IDLE);
            open.values()
                    .removeIf(candidate -> {
                        boolean goes = candidate.readers == 0 && idle.size() < most;
                        return goes && idle.add(candidate);
                    });
        }
        closeAll(idle);
    }

    /** The file is gone or another one now. */
    void forget(Segment segment) {
        Shared unused = null;
        synchronized (open) {
            Shared found = open.remove(segment);
            if (found != null) {
                found.forgotten = true;
                unused = found.readers == 0 ? found : null;
            }
        }
        if (unused != null) {
            closeAll(List.of(unused));
        }
    }

    @Override
    public void close() {
        List<Shared> all;
        synchronized (open) {
            all = new ArrayList<>(open.values());
            open.clear();
            all.forEach(shared -> shared.forgotten = true);
            all.removeIf(shared -> shared.readers > 0);
        }
        closeAll(all);
    }

    private static void closeAll(List<Shared> files) {
        for (Shared shared : files) {
            try {
                shared.file.close();
            } catch (IOException e) {
                // nothing was written through it
            }
        }
    }

    private final class Handle implements DiskFile {
        private final Segment segment;
        private @Nullable Shared shared;

        Handle(Segment segment, Shared shared) {
            this.segment = segment;
            this.shared = shared;
        }

        @Override
        public int read(ByteBuffer to, long position) throws IOException {
            for (int attempt = 0; ; attempt++) {
                try {
                    return file().read(to, position);
                } catch (ClosedChannelException e) {
                    if (Thread.currentThread().isInterrupted() || attempt == MAX_REOPENED) {
                        throw e;
                    }
                    reopen();
                }
            }
        }

        private DiskFile file() throws ClosedChannelException {
            Shared now = shared;
            if (now == null) {
                throw new ClosedChannelException();
            }
            return now.file;
        }

        private void reopen() throws IOException {
            Shared broken = shared;
            if (broken == null) {
                return;
            }
            synchronized (open) {
                if (open.get(segment) == broken) {
                    open.remove(segment);
                }
                broken.forgotten = true;
            }
            shared = null;
            release(broken);
            shared = acquire(segment);
        }

        @Override
        public void write(ByteBuffer from, long position) {
            throw new IllegalStateException("opened to read");
        }

        @Override
        public void sync() {
            throw new IllegalStateException("opened to read");
        }

        @Override
        public void truncate(long size) {
            throw new IllegalStateException("opened to read");
        }

        @Override
        public long size() throws IOException {
            return file().size();
        }

        @Override
        public @Nullable FileChannel channel() {
            return null;
        }

        @Override
        public void close() {
            Shared now = shared;
            shared = null;
            if (now != null) {
                release(now);
            }
        }
    }
}
