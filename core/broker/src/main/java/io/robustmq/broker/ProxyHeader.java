package io.robustmq.broker;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol.AddressFamily;
import io.netty.handler.codec.haproxy.HAProxySSLTLV;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.robustmq.telemetry.event.ConnectionEvent.Stage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Waits for the PROXY header, version 1 or 2, and takes from it who the client is. */
final class ProxyHeader extends ChannelInboundHandlerAdapter {
    private final Arriving arriving;

    private ProxyHeader(Arriving arriving) {
        this.arriving = arriving;
    }

    static void expect(Arriving arriving, ProxySettings settings) {
        if (!isTrusted(arriving.channel().remoteAddress(), settings.trusted())) {
            arriving.failed(Stage.PROXY, "the proxy is in no network of mqtt.proxy.trusted");
            return;
        }
        ProxyHeader handler = new ProxyHeader(arriving);
        arriving.channel().pipeline().addLast(new HAProxyMessageDecoder(true), handler);
        arriving.limit(handler, Stage.PROXY, settings.timeout().toMillis());
    }

    /** Whoever reaches a Unix socket may speak for others. */
    private static boolean isTrusted(SocketAddress proxy, List<AddressRange> networks) {
        return !(proxy instanceof InetSocketAddress inet)
                || networks.stream().anyMatch(network -> network.has(inet.getAddress()));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof HAProxyMessage header)) {
            ctx.fireChannelRead(message);
            return;
        }
        try {
            arriving.proxied(client(header), told(header.tlvs()));
        } catch (UnknownHostException wrong) {
            arriving.failed(Stage.PROXY, "no address of a client: " + wrong.getMessage());
        } finally {
            ReferenceCountUtil.release(header);
        }
        ctx.pipeline().remove(this);
    }

    /** LOCAL and UNKNOWN are the proxy itself, looking whether somebody is there. */
    private SocketAddress client(HAProxyMessage header) throws UnknownHostException {
        AddressFamily family = header.proxiedProtocol().addressFamily();
        boolean isInternet = family == AddressFamily.AF_IPv4 || family == AddressFamily.AF_IPv6;
        String source = header.sourceAddress();
        if (header.command() == HAProxyCommand.LOCAL || !isInternet || source == null) {
            return arriving.channel().remoteAddress();
        }
        byte[] address = NetUtil.createByteArrayFromIpAddressString(source);
        if (address == null) {
            throw new UnknownHostException(source);
        }
        return new InetSocketAddress(InetAddress.getByAddress(address), header.sourcePort());
    }

    private static ClientOrigin.@Nullable Proxied told(List<HAProxyTLV> values) {
        String serverName = "";
        String commonName = "";
        for (HAProxyTLV value : values) {
            if (value.type() == HAProxyTLV.Type.PP2_TYPE_AUTHORITY) {
                serverName = text(value);
            } else if (value instanceof HAProxySSLTLV ssl && isVerified(ssl)) {
                commonName =
                        ssl.encapsulatedTLVs().stream()
                                .filter(each -> each.type() == HAProxyTLV.Type.PP2_TYPE_SSL_CN)
                                .map(ProxyHeader::text)
                                .findFirst()
                                .orElse("");
            }
        }
        boolean nothing = serverName.isEmpty() && commonName.isEmpty();
        return nothing ? null : new ClientOrigin.Proxied(serverName, commonName);
    }

    private static boolean isVerified(HAProxySSLTLV ssl) {
        return ssl.verify() == 0 && (ssl.isPP2ClientCertConn() || ssl.isPP2ClientCertSess());
    }

    private static String text(HAProxyTLV value) {
        return value.content().toString(StandardCharsets.UTF_8);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        arriving.failed(Stage.PROXY, String.valueOf(cause.getMessage()));
    }
}
