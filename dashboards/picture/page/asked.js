// Who is asked, by the type of a data source.
import * as elasticsearch from "./elasticsearch.js";
import * as loki from "./loki.js";
import * as prometheus from "./prometheus.js";
import * as traces from "./traces.js";

const SOURCES = { prometheus, loki, elasticsearch, opensearch: elasticsearch, jaeger: traces };
const OPENSEARCH_PLUGIN = "grafana-opensearch-datasource";

/** Of a panel that would need what this page has nobody to ask for. */
export class NotHere extends Error {}

function source(type) {
  const found = SOURCES[type === OPENSEARCH_PLUGIN ? "opensearch" : type];
  if (type === "tempo") throw new NotHere("Tempo is not part of this picture");
  if (!found) throw new Error(`a data source of type ${type} is not known here`);
  return found;
}

/** The values of a variable. */
export const asked = (declared, replaced) => source(declared.datasource?.type).values(declared, replaced);

/**
 * The frames that answer one target of a panel. `context` has from, to (ms), step (ms), and
 * `replaced(text, language)`.
 */
export const answered = (target, type, context) => source(type).frames(target, context);

export async function get(path, parameters = {}) {
  const response = await fetch(`${path}?${new URLSearchParams(parameters)}`);
  return body(response, path);
}

export async function post(path, json) {
  const headers = { "content-type": "application/json" };
  return body(await fetch(path, { method: "POST", headers, body: JSON.stringify(json) }), path);
}

async function body(response, path) {
  const text = await response.text();
  if (response.status === 503) throw new NotHere(text);
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

/** A legend of Prometheus and Loki, such as "{{role}}". */
export const legend = (format, labels) => format.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name) => labels[name] ?? "");
