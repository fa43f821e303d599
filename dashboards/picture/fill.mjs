// Gives OpenSearch the events of a folder of the broker's files, as collectors/ does: with its templates, and with what
// a document has more than a line. node fill.mjs <folder of the files> <address> <repository>
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

const AT_ONCE = 5000;
const [folder, address, repository] = process.argv.slice(2);

async function send(method, path, body, type = "application/json") {
  const response = await fetch(address + path, { method, body, headers: { "content-type": type } });
  const answer = await response.json();
  if (!response.ok || answer.errors) throw new Error(`${method} ${path}: ${JSON.stringify(answer).slice(0, 500)}`);
}

const template = (name) => readFile(join(repository, "collectors", "elasticsearch", `${name}.json`));
await send("PUT", "/_component_template/robustmq-mappings", await template("robustmq-mappings"));
await send("PUT", "/_index_template/robustmq", await template("index-template"));

const lines = [];
for (const name of await readdir(folder)) {
  if (name.endsWith(".log")) lines.push(...(await readFile(join(folder, name), "utf8")).split("\n").filter(Boolean));
}
const document = (line) => {
  const record = JSON.parse(line);
  return JSON.stringify({ ...record, "@timestamp": record.time, category: record.event.split(".")[0] });
};
for (let i = 0; i < lines.length; i += AT_ONCE) {
  const bulk = lines.slice(i, i + AT_ONCE).map((line) => `{"create":{}}\n${document(line)}\n`);
  await send("POST", "/logs-robustmq-default/_bulk?refresh=true", bulk.join(""), "application/x-ndjson");
}
