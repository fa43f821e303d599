// Prints what arrives by the forward protocol on 127.0.0.1:<first argument>, one JSON object a line:
// {"listening":port}, {"tag":…,"record":{…}} for each event, {"acknowledged":true} for each chunk.
// FLUENT_SERVER in the environment may hold more options as JSON: security as FluentServer takes it,
// and tls with the files of cert, key and ca; with ca, clients must have a certificate.
const fs = require("fs");
const { FluentServer } = require("@fluent-org/logger");

const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");

const { security, tls } = JSON.parse(process.env.FLUENT_SERVER || "{}");
const options = { listenOptions: { host: "127.0.0.1", port: Number(process.argv[2]) }, security };
if (tls) {
  options.tlsOptions = { cert: fs.readFileSync(tls.cert), key: fs.readFileSync(tls.key) };
  if (tls.ca) {
    Object.assign(options.tlsOptions, { ca: fs.readFileSync(tls.ca), requestCert: true, rejectUnauthorized: true });
  }
}
const server = new FluentServer(options);
server.on("entry", (tag, time, record) => say({ tag, record }));
// beside HELO and PONG, where there is a key, acknowledgements are all that the server ever writes
server.server.on(tls ? "secureConnection" : "connection", (socket) => {
  let greetings = security ? 1 : 0; // HELO was written before this
  const write = socket.write.bind(socket);
  socket.write = (bytes) => {
    if (greetings-- <= 0) say({ acknowledged: true });
    return write(bytes);
  };
});
server.server.on("error", (error) => {
  process.stderr.write(error.message + "\n");
  process.exit(1);
});
process.on("SIGTERM", () => process.exit(0));
server.listen().then(() => say({ listening: server.port }));
