package io.robustmq.broker;

import io.netty.buffer.ByteBuf;
import io.robustmq.telemetry.event.AuthenticationEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * What a broker tells another one of a client that it hands on: where it came from, and whom it was
 * taken for. Its CONNECT follows, without secrets.
 *
 * <pre>
 *   | length: 4 | listener | transport | address | port: 4 | certificate | proxied | method | user name
 *   | admin: 1 | proof | last step |        texts have 2 bytes of length, certificates and steps 4
 * </pre>
 *
 * @param exchanged the last step of an authentication that was made step by step; null if it was
 *     not
 */
record TunnelHeader(ClientOrigin origin, Identity identity, byte @Nullable [] exchanged) {
    static final int LENGTH_BYTES = 4;
    static final int MAX_BYTES = 256 << 10;

    private static final int NONE = -1;

    void write(ByteBuf out) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream data = new DataOutputStream(bytes)) {
            write(data);
        } catch (IOException | CertificateException impossible) {
            throw new IllegalStateException("a header cannot be written", impossible);
        }
        out.writeInt(bytes.size()).writeBytes(bytes.toByteArray());
    }

    private void write(DataOutputStream out) throws IOException, CertificateException {
        out.writeUTF(origin.listener());
        out.writeUTF(origin.transport());
        InetAddress address = origin.inetAddress();
        writeBytes(out, address == null ? null : address.getAddress());
        out.writeInt(origin.remoteAddress() instanceof InetSocketAddress inet ? inet.getPort() : 0);
        X509Certificate certificate = origin.certificate();
        writeBytes(out, certificate == null ? null : certificate.getEncoded());
        ClientOrigin.Proxied proxied = origin.proxied();
        out.writeBoolean(proxied != null);
        if (proxied != null) {
            out.writeUTF(proxied.serverName());
            out.writeUTF(proxied.commonName());
        }
        out.writeUTF(identity.method().name());
        out.writeUTF(identity.userName());
        out.writeBoolean(identity.isAdmin());
        out.writeUTF(identity.proof());
        writeBytes(out, exchanged);
    }

    /**
     * @param in of which {@code length} bytes are the header
     * @param local instead of an address that is none
     * @throws IOException if they are not what {@link #write} makes
     */
    static TunnelHeader read(ByteBuf in, int length, SocketAddress local) throws IOException {
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        try (DataInputStream data = new DataInputStream(new ByteArrayInputStream(bytes))) {
            ClientOrigin origin = readOrigin(data, local);
            Identity identity =
                    new Identity(
                            AuthenticationEvent.Method.valueOf(data.readUTF()),
                            data.readUTF(),
                            data.readBoolean(),
                            data.readUTF());
            return new TunnelHeader(origin, identity, readBytes(data));
        } catch (CertificateException | IllegalArgumentException wrong) {
            throw new IOException("a client is handed on with " + wrong.getMessage(), wrong);
        }
    }

    private static ClientOrigin readOrigin(DataInputStream in, SocketAddress local)
            throws IOException, CertificateException {
        String listener = in.readUTF();
        String transport = in.readUTF();
        byte[] address = readBytes(in);
        int port = in.readInt();
        byte[] certificate = readBytes(in);
        ClientOrigin.Proxied proxied =
                in.readBoolean() ? new ClientOrigin.Proxied(in.readUTF(), in.readUTF()) : null;
        return new ClientOrigin(
                listener,
                transport,
                address == null
                        ? local
                        : new InetSocketAddress(InetAddress.getByAddress(address), port),
                certificate == null ? null : certificate(certificate),
                proxied);
    }

    private static X509Certificate certificate(byte[] encoded) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(encoded));
    }

    private static void writeBytes(DataOutputStream out, byte @Nullable [] bytes)
            throws IOException {
        out.writeInt(bytes == null ? NONE : bytes.length);
        if (bytes != null) {
            out.write(bytes);
        }
    }

    private static byte @Nullable [] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length == NONE) {
            return null;
        }
        if (length < 0 || length > MAX_BYTES) {
            throw new IOException("a part of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }
}
