package io.robustmq.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Each node in a network namespace of its own, all joined by a bridge, on which the clients are
 * too. Packets get lost by what every kernel has: a neighbour's wrong hardware address is a cut in
 * one direction, a link taken down one of everything. Needs root.
 */
final class Namespaces implements Place {
    /** Nobody has this hardware address. */
    private static final String NOBODY = "02:00:5e:00:53:01";

    private final int nodes;
    private final int net;
    private final String bridge;

    // what is to be healed
    private final List<int[]> cuts = new ArrayList<>();
    private final TreeSet<Integer> isolated = new TreeSet<>();
    private final TreeSet<Integer> slowed = new TreeSet<>();

    private Namespaces(int nodes, int net) {
        this.nodes = nodes;
        this.net = net;
        this.bridge = "rqb" + net;
    }

    /** Loopback if there is no permission for anything better. */
    static Place orLoopback(int nodes) throws InterruptedException {
        if ("loopback".equals(System.getProperty("chaos.place"))) {
            return new Place.Loopback("loopback was asked for");
        }
        Namespaces made = new Namespaces(nodes, (int) (ProcessHandle.current().pid() % 250) + 1);
        try {
            made.make();
            return made;
        } catch (IOException why) {
            made.close();
            return new Place.Loopback(String.valueOf(why.getMessage()));
        }
    }

    private void make() throws IOException, InterruptedException {
        Commands.run("ip", "link", "add", bridge, "type", "bridge");
        Commands.run("ip", "address", "add", address(0) + "/24", "dev", bridge);
        Commands.run("ip", "link", "set", bridge, "up");
        for (int node = 1; node <= nodes; node++) {
            String outside = outside(node);
            Commands.run("ip", "netns", "add", name(node));
            Commands.run(
                    "ip",
                    "link",
                    "add",
                    outside,
                    "type",
                    "veth",
                    "peer",
                    "name",
                    "eth0",
                    "netns",
                    name(node));
            Commands.run("ip", "link", "set", outside, "master", bridge, "up");
            inside(node, "ip", "address", "add", address(node) + "/24", "dev", "eth0");
            inside(node, "ip", "link", "set", "eth0", "up");
            inside(node, "ip", "link", "set", "lo", "up");
        }
    }

    private String name(int node) {
        return bridge + "-" + node;
    }

    private String outside(int node) {
        return "rqv" + net + "-" + node;
    }

    private void inside(int node, String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(prefix(node));
        all.addAll(List.of(command));
        Commands.run(all);
    }

    @Override
    public String address(int node) {
        return "10.213." + net + "." + (node == 0 ? 254 : node);
    }

    @Override
    public List<String> prefix(int node) {
        return List.of("ip", "netns", "exec", name(node));
    }

    @Override
    public String whyNoFaults() {
        return "";
    }

    @Override
    public void cut(int from, int to) throws IOException, InterruptedException {
        cuts.add(new int[] {from, to});
        inside(
                from,
                "ip",
                "neigh",
                "replace",
                address(to),
                "lladdr",
                NOBODY,
                "dev",
                "eth0",
                "nud",
                "permanent");
    }

    @Override
    public void isolate(int node) throws IOException, InterruptedException {
        isolated.add(node);
        Commands.run("ip", "link", "set", outside(node), "down");
    }

    @Override
    public void slow(int node, int kilobitsPerSecond) throws IOException, InterruptedException {
        slowed.add(node);
        inside(
                node,
                "tc",
                "qdisc",
                "replace",
                "dev",
                "eth0",
                "root",
                "tbf",
                "rate",
                kilobitsPerSecond + "kbit",
                "burst",
                "4k",
                "latency",
                "300ms");
    }

    @Override
    public void heal() throws IOException, InterruptedException {
        for (int[] cut : cuts) {
            inside(cut[0], "ip", "neigh", "del", address(cut[1]), "dev", "eth0");
        }
        cuts.clear();
        for (int node : isolated) {
            Commands.run("ip", "link", "set", outside(node), "up");
        }
        isolated.clear();
        for (int node : slowed) {
            inside(node, "tc", "qdisc", "del", "dev", "eth0", "root");
        }
        slowed.clear();
    }

    @Override
    public void close() throws InterruptedException {
        for (int node = 1; node <= nodes; node++) {
            Commands.succeeds("ip", "link", "del", outside(node));
            Commands.succeeds("ip", "netns", "del", name(node));
        }
        Commands.succeeds("ip", "link", "del", bridge);
    }
}
