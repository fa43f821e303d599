// Prints what arrives by the forward protocol on 127.0.0.1:<first argument>, one JSON object a line:
// {"listening":port}, {"tag":…,"record":{…}} for each event, {"acknowledged":true} for each chunk.
const { FluentServer } = require("@fluent-org/logger");

const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");

const server = new FluentServer({
  listenOptions: { host: "127.0.0.1", port: Number(process.argv[2]) },
});
server.on("entry", (tag, time, record) => say({ tag, record }));
// without a shared key, acknowledgements are all that the server ever writes
server.server.on("connection", (socket) => {
  const write = socket.write.bind(socket);
  socket.write = (bytes) => {
    say({ acknowledged: true });
    return write(bytes);
  };
});
server.server.on("error", (error) => {
  process.stderr.write(error.message + "\n");
  process.exit(1);
});
process.on("SIGTERM", () => process.exit(0));
server.listen().then(() => say({ listening: server.port }));
