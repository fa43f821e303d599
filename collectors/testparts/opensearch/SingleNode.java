import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One OpenSearch node on 127.0.0.1: {@code java -cp 'lib/*' SingleNode.java FOLDER HTTP_PORT}. */
class SingleNode {
    public static void main(String[] arguments) throws InterruptedException {
        new OpenSearchRunner()
                .onBuild((number, settings) -> {
                    settings.put("discovery.type", "single-node");
                    settings.remove("cluster.initial_cluster_manager_nodes");
                    settings.remove("discovery.seed_hosts");
                    settings.put("network.host", "127.0.0.1");
                    settings.put("http.port", arguments[1]);
                    settings.put("transport.port", "0");
                    // a test's folder may be on a disk that is nearly full
                    settings.put("cluster.routing.allocation.disk.threshold_enabled", "false");
                })
                .build(OpenSearchRunner.newConfigs().numOfNode(1).basePath(arguments[0]));
        System.out.println("robustmq: it listens");
        Thread.sleep(Long.MAX_VALUE);
    }
}
