package io.robustmq.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a command talks to.
 *
 * @param url of a node's HTTP; null if its files are to be read
 * @param token null if there is no such file
 * @param data where the node's files are; null if nobody said
 */
record NodeTarget(@Nullable String url, @Nullable String token, @Nullable Path data) {

    static NodeTarget files(String data) {
        return new NodeTarget(null, null, Path.of(data));
    }

    /** The one at a URL, with the token in a file. */
    static NodeTarget at(String url, String tokenFile) throws IOException {
        Path file = Path.of(tokenFile);
        String token = AdminToken.read(file);
        if (token == null) {
            throw new IOException("--token-file " + file + ": no such file");
        }
        return new NodeTarget(url, token, null);
    }

    /** What a configuration and the command line say together. */
    static NodeTarget of(RoleConfig config, NodeArguments said) throws IOException {
        Path data = config.data().directory();
        String tokenFile = said.tokenFile();
        String url = said.url();
        if (tokenFile != null) {
            return new NodeTarget(
                    url(config), at(url(config), tokenFile).token(), url == null ? data : null);
        }
        String token = AdminToken.read(data.resolve(AdminToken.FILE));
        return url == null
                ? new NodeTarget(url(config), token, data)
                : new NodeTarget(url, token, null);
    }

    private static String url(RoleConfig config) {
        InetSocketAddress listen = config.http().listen();
        String host =
                switch (listen.getHostString()) {
                    case "0.0.0.0" -> "127.0.0.1";
                    case "::", "0:0:0:0:0:0:0:0" -> "[::1]";
                    case String name -> name.contains(":") ? "[" + name + "]" : name;
                };
        return "http://" + host + ":" + listen.getPort();
    }
}
