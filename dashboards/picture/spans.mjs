// Spans that the OpenTelemetry Collector wrote to a file, answered as Jaeger's HTTP API would.
import { readFile } from "node:fs/promises";

export async function answerJaeger(file, path, response) {
  const { pathname, searchParams } = new URL(path, "http://jaeger");
  const traces = await tracesOf(file);
  const id = pathname.match(/^\/api\/traces\/(\w+)$/)?.[1];
  let data = [];
  if (id) {
    data = traces.filter(({ traceID }) => traceID === id);
  } else if (pathname === "/api/traces") {
    const wanted = {
      service: searchParams.get("service"),
      operation: searchParams.get("operation"),
      tags: JSON.parse(searchParams.get("tags") ?? "{}"),
    };
    data = traces
      .filter(({ spans }) => spans.some((span) => matches(span, wanted)))
      .slice(-Number(searchParams.get("limit") ?? 20));
  }
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ data }));
}

const matches = ({ processID, operationName, tags }, wanted) =>
  processID === wanted.service &&
  (!wanted.operation || operationName === wanted.operation) &&
  Object.entries(wanted.tags).every(([key, value]) =>
    tags.some((tag) => tag.key === key && String(tag.value) === value),
  );

async function tracesOf(file) {
  const traces = new Map();
  for (const line of (await readFile(file, "utf8")).split("\n").filter(Boolean)) {
    for (const { resource, scopeSpans } of JSON.parse(line).resourceSpans) {
      const process = resource.attributes.find(({ key }) => key === "service.name").value.stringValue;
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        const trace = traces.get(span.traceId) ?? { traceID: span.traceId, spans: [], processes: {} };
        traces.set(span.traceId, trace);
        trace.processes[process] = { serviceName: process };
        trace.spans.push(jaegers(span, process));
      }
    }
  }
  return [...traces.values()];
}

const jaegers = (
  { traceId, spanId, parentSpanId, name, startTimeUnixNano, endTimeUnixNano, attributes = [] },
  processID,
) => ({
  traceID: traceId,
  spanID: spanId,
  operationName: name,
  references: parentSpanId ? [{ refType: "CHILD_OF", traceID: traceId, spanID: parentSpanId }] : [],
  startTime: Number(BigInt(startTimeUnixNano) / 1000n),
  duration: Number((BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1000n),
  tags: attributes.map(({ key, value }) => ({ key, value: Object.values(value)[0] })),
  processID,
});
