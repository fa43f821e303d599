package io.robustmq.broker;

import java.io.IOException;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of a Unix socket. It is bound under another name, gets its mode, and only then the name
 * that clients know: so nobody gets in by a mode that was too wide for a moment, and one that a
 * killed broker left is replaced at once.
 */
final class UnixSocket {
    private final Path path;
    private final Set<PosixFilePermission> mode;
    private @Nullable Object key;

    UnixSocket(Path path, Set<PosixFilePermission> mode) {
        this.path = path;
        this.mode = mode;
    }

    /**
     * Where to bind.
     *
     * @throws BindException if somebody listens at the path, or it is something else than a socket
     */
    Path draft() throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            if (!attributes(path).isOther()) {
                throw new BindException("there is a file that is no socket");
            }
            if (answers()) {
                throw new BindException("Address already in use");
            }
        }
        Path draft = path.resolveSibling("." + path.getFileName() + ".new");
        Files.deleteIfExists(draft);
        return draft;
    }

    private boolean answers() {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return probe.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException refused) {
            return false;
        }
    }

    /** What was bound to {@link #draft} is for everybody now. */
    void publish(Path draft) throws IOException {
        Files.setPosixFilePermissions(draft, mode);
        Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
        key = attributes(path).fileKey();
    }

    /** Removes it, unless another has taken its place. */
    void remove() {
        try {
            if (key != null && Objects.equals(key, attributes(path).fileKey())) {
                Files.deleteIfExists(path);
            }
        } catch (IOException gone) {
            // that is what was wanted
        }
        key = null;
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }
}
