// Serves the page, the dashboards, and, under a name each, what they ask, all on 127.0.0.1:
//   node server.mjs <port, 0 for any> <folder of dashboards>
// PROMETHEUS, LOKI, OPENSEARCH and JAEGER are their addresses. Without LOKI, EVENTS is a file of log
// records as the OpenTelemetry Collector writes them; without JAEGER, SPANS is one of spans.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { answerLoki } from "./events.mjs";
import { answerJaeger } from "./spans.mjs";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
const SELF = fileURLToPath(import.meta.url);
const DIST = join(dirname(SELF), "dist");

const { PROMETHEUS, LOKI, OPENSEARCH, JAEGER, EVENTS, SPANS } = process.env;
const BEHIND = {
  prometheus: PROMETHEUS && proxy(PROMETHEUS),
  loki: LOKI ? proxy(LOKI) : EVENTS && ((path, response) => answerLoki(EVENTS, path, response)),
  opensearch: OPENSEARCH && proxy(OPENSEARCH),
  jaeger: JAEGER ? proxy(JAEGER) : SPANS && ((path, response) => answerJaeger(SPANS, path, response)),
};

function proxy(address) {
  return async (path, response, request) => {
    const { method, headers } = request;
    const body = method === "POST" ? { body: request, duplex: "half" } : {};
    const type = headers["content-type"] ? { "content-type": headers["content-type"] } : {};
    const answer = await fetch(address + path, { method, headers: type, ...body });
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
}

async function answer(request, response, dashboards) {
  const [, first, rest] = request.url.match(/^\/(\w+)(\/.*)$/) ?? [];
  if (first in BEHIND) {
    if (!BEHIND[first]) return refuse(response, 503, `nobody told where ${first} is`);
    return BEHIND[first](rest, response, request);
  }
  const path = normalize(decodeURIComponent(new URL(request.url, "http://page").pathname));
  return path.startsWith("/dashboards/")
    ? file(join(dashboards, path.slice("/dashboards".length)), response)
    : file(join(DIST, path === "/" ? "index.html" : path), response);
}

async function file(path, response) {
  if (!(await stat(path).catch(() => null))?.isFile()) return refuse(response, 404, "no such file");
  response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
  createReadStream(path).pipe(response);
}

function refuse(response, status, words) {
  response.writeHead(status, { "content-type": "text/plain" });
  response.end(words);
}

/** The address of a server that was started. */
export function serve(port, dashboards) {
  const server = createServer((request, response) =>
    answer(request, response, dashboards).catch((error) =>
      refuse(response, 502, `${error.message} ${error.cause?.message ?? ""}`),
    ),
  );
  return new Promise((resolve) =>
    server.listen(port, "127.0.0.1", () => resolve(`http://127.0.0.1:${server.address().port}`)),
  );
}

if (process.argv[1] === SELF) console.log(await serve(Number(process.argv[2]), process.argv[3]));
