// Spans as Jaeger's HTTP API gives them.
import { FieldType, createDataFrame } from "@grafana/data";
import { get } from "./asked.js";

export async function values() {
  throw new Error("no variable is known here that asks for traces");
}

export async function frames(target, { from, to, replaced }) {
  const id = replaced(target.query ?? "", "plain").trim();
  if (/^[0-9a-f]{16,32}$/i.test(id)) {
    const { data } = await get(`/jaeger/api/traces/${id}`);
    return data.length ? [trace(target, data[0])] : [];
  }
  if (target.queryType !== "search") return [];
  const { service, operation, limit = 20 } = target;
  const tags = Object.fromEntries(
    [...replaced(target.tags ?? "", "plain").matchAll(/([\w.]+)="?([^"\s]*)"?/g)].map(([, key, value]) => [key, value]),
  );
  const asked = {
    service,
    start: from * 1000,
    end: to * 1000,
    limit,
    tags: JSON.stringify(tags),
    ...(operation && { operation }),
  };
  return [list(target, (await get("/jaeger/api/traces", asked)).data)];
}

function trace(target, { spans, processes }) {
  const values = (of) => spans.map(of);
  return createDataFrame({
    refId: target.refId,
    meta: { preferredVisualisationType: "trace" },
    fields: [
      { name: "traceID", values: values(({ traceID }) => traceID) },
      { name: "spanID", values: values(({ spanID }) => spanID) },
      {
        name: "parentSpanID",
        values: values(({ references }) => references?.find(({ refType }) => refType === "CHILD_OF")?.spanID ?? ""),
      },
      { name: "operationName", values: values(({ operationName }) => operationName) },
      { name: "serviceName", values: values(({ processID }) => processes[processID].serviceName) },
      { name: "startTime", type: FieldType.number, values: values(({ startTime }) => startTime) },
      { name: "duration", type: FieldType.number, values: values(({ duration }) => duration) },
      { name: "tags", type: FieldType.other, values: values(({ tags }) => tags ?? []) },
    ],
  });
}

/** Newest first. */
function list(target, traces) {
  const rows = traces
    .map(({ traceID, spans, processes }) => {
      const first = spans.reduce((a, b) => (b.startTime < a.startTime ? b : a));
      const end = Math.max(...spans.map(({ startTime, duration }) => startTime + duration));
      return {
        traceID,
        name: `${processes[first.processID].serviceName}: ${first.operationName}`,
        start: first.startTime,
        micros: end - first.startTime,
      };
    })
    .sort((a, b) => b.start - a.start);
  return createDataFrame({
    refId: target.refId,
    fields: [
      { name: "traceID", type: FieldType.string, values: rows.map(({ traceID }) => traceID) },
      { name: "traceName", type: FieldType.string, values: rows.map(({ name }) => name) },
      { name: "startTime", type: FieldType.time, values: rows.map(({ start }) => start / 1000) },
      { name: "duration", type: FieldType.number, config: { unit: "µs" }, values: rows.map(({ micros }) => micros) },
    ],
  });
}
