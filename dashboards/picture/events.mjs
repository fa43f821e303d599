// Log records that the OpenTelemetry Collector wrote to a file, answered as Loki's HTTP API would if they had come to
// its OTLP endpoint. Of LogQL it knows filters of labels and lines, line_format with names only, and aggregations of counts
// and unwrapped values; what it does not know is an error.
import { readFile } from "node:fs/promises";
import { parser } from "@grafana/lezer-logql";

/** Resource attributes that Loki makes labels; all others are structured metadata, which filters see all the same. */
const LABELS = ["service.name", "service.namespace", "service.instance.id", "deployment.environment"];

export async function answerLoki(file, path, response) {
  const { pathname, searchParams } = new URL(path, "http://loki");
  const [status, answer] = await answered(file, pathname, searchParams).then(
    (data) => [200, { status: "success", data }],
    (error) => [400, { status: "error", error: error.message }],
  );
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(answer));
}

async function answered(file, pathname, asked) {
  const records = recordsIn(await readFile(file, "utf8"));
  const label = pathname.match(/^\/loki\/api\/v1\/label\/(\w+)\/values$/)?.[1];
  if (label)
    return [...new Set(records.map(({ stream }) => stream[label]).filter((value) => value !== undefined))].sort();
  if (!pathname.startsWith("/loki/api/v1/query")) throw new Error(`nobody answers ${pathname}`);
  const query = read(asked.get("query"));
  if (query.pipeline) return { resultType: "streams", result: lines(query.pipeline, records, asked) };
  if (pathname.endsWith("/query")) {
    const time = Number(asked.get("time")) / 1e9;
    return {
      resultType: "vector",
      result: at(query, records, time).map(({ metric, value }) => ({ metric, value: [time, String(value)] })),
    };
  }
  return { resultType: "matrix", result: matrix(query, records, asked) };
}

// ------------------------------------------------------------------------------------- records

function recordsIn(text) {
  const records = [];
  for (const line of text.split("\n").filter(Boolean)) {
    for (const { resource, scopeLogs } of JSON.parse(line).resourceLogs) {
      const about = attributes(resource.attributes);
      const stream = Object.fromEntries(
        LABELS.filter((name) => name in about).map((name) => [underscored(name), about[name]]),
      );
      for (const record of scopeLogs.flatMap(({ logRecords }) => logRecords)) {
        const more = {
          ...about,
          ...attributes(record.attributes),
          severity_text: record.severityText,
          trace_id: record.traceId,
          span_id: record.spanId,
        };
        const named = record.eventName ? { event_name: record.eventName } : {};
        const labels = Object.fromEntries(
          Object.entries({ ...more, ...named }).flatMap(([name, value]) =>
            value ? [[underscored(name), String(value)]] : [],
          ),
        );
        records.push({
          time: BigInt(record.timeUnixNano),
          line: valueOf(record.body) ?? "",
          stream,
          labels: { ...labels, ...stream },
        });
      }
    }
  }
  return records.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

const underscored = (name) => name.replace(/\W/g, "_");
const attributes = (list = []) => Object.fromEntries(list.map(({ key, value }) => [key, valueOf(value)]));
const valueOf = (value) =>
  value?.arrayValue ? JSON.stringify(value.arrayValue.values?.map(valueOf) ?? []) : Object.values(value ?? {})[0];

// ------------------------------------------------------------------------------------- the query

function read(text) {
  const root = parser.parse(text).topNode;
  root.cursor().iterate((node) => {
    if (node.type.isError) throw new Error(`not LogQL from here: ${text.slice(node.from)}`);
  });
  return expression(root.getChild("Expr"), text);
}

const words = (node, text) => text.slice(node.from, node.to);
const kids = (node) => {
  const all = [];
  for (let kid = node.firstChild; kid; kid = kid.nextSibling) all.push(kid);
  return all;
};

function expression(node, text) {
  switch (node.name) {
    case "Expr":
    case "MetricExpr":
    case "LogExpr":
      if (node.getChild("Selector")) return { pipeline: pipeline(node, text) };
      return expression(
        kids(node).find(({ name }) => /Expr$/.test(name)),
        text,
      );
    case "VectorAggregationExpr":
      return {
        aggregate: words(node.getChild("VectorOp"), text),
        by: node.getChild("Grouping") ? names(node.getChild("Grouping"), text) : [],
        count: node.getChild("Number") && Number(words(node.getChild("Number"), text)),
        of: expression(node.getChild("MetricExpr"), text),
      };
    case "RangeAggregationExpr": {
      const range = node.getChild("LogRangeExpr");
      const unwrapped = range.getChild("UnwrapExpr")?.getChild("Identifier");
      return {
        over: words(node.getChild("RangeOp"), text),
        quantile: node.getChild("Number") && Number(words(node.getChild("Number"), text)),
        by: node.getChild("Grouping") ? names(node.getChild("Grouping"), text) : null,
        unwrap: unwrapped && words(unwrapped, text),
        seconds: seconds(words(range.getChild("Range"), text).slice(1, -1)),
        of: pipeline(range, text),
      };
    }
    default:
      throw new Error(`${node.name} is not known here: ${words(node, text)}`);
  }
}

function names(grouping, text) {
  if (!grouping.getChild("By")) throw new Error(`without is not known here: ${text}`);
  const found = [];
  grouping
    .getChild("Labels")
    .cursor()
    .iterate((cursor) => {
      if (cursor.name === "Identifier") found.push(words(cursor.node, text));
    });
  return found;
}

function seconds(text) {
  const units = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400 };
  return [...text.matchAll(/([\d.]+)(ms|s|m|h|d)/g)].reduce((sum, [, number, unit]) => sum + number * units[unit], 0);
}

/** A function from a record to what is left of it, or null. */
function pipeline(node, text) {
  const stages = [];
  node.cursor().iterate((cursor) => {
    const stage = STAGES[cursor.name];
    if (stage) {
      stages.push(stage(cursor.node, text));
      return false;
    }
    if (
      /^(LabelParser|JsonExpressionParser|LabelFormatExpr|DropLabelsExpr|KeepLabelsExpr|DecolorizeExpr|DistinctFilter)$/.test(
        cursor.name,
      )
    )
      throw new Error(`${cursor.name} is not known here`);
    return undefined;
  });
  return (record) => stages.reduce((left, stage) => left && stage(left), record);
}

function kept(node, text) {
  const is = condition(node, text);
  return (record) => (is(record) ? record : null);
}

const STAGES = {
  Matcher: kept,
  LabelFilter: kept,
  LineFilter: kept,
  LineFormatExpr: (node, text) => {
    const format = string(node.getChild("String"), text);
    return (record) => ({
      ...record,
      line: format.replace(/\{\{-?\s*\.(\w+)\s*-?\}\}/g, (whole, name) => record.labels[name] ?? ""),
    });
  },
};

function condition(node, text) {
  if (node.name === "LineFilter") {
    const is = compared(
      words(node.getChild("Filter"), text).replace("|", ""),
      string(node.getChild("String"), text),
      true,
    );
    return ({ line }) => is(line);
  }
  if (node.name === "Matcher") {
    const [name, operator, value] = kids(node);
    const is = compared(words(operator, text), string(value, text), false);
    return ({ labels }) => is(labels[words(name, text)] ?? "");
  }
  if (node.name === "NumberFilter") {
    const [name, operator, value] = kids(node).map((kid) => words(kid, text));
    const is = NUMBERS[operator];
    return ({ labels }) => name in labels && is(Number(labels[name]), Number(value));
  }
  const parts = node.getChildren("LabelFilter").map((kid) => condition(kid, text));
  if (parts.length === 2)
    return node.getChild("Or") ? (one) => parts[0](one) || parts[1](one) : (one) => parts[0](one) && parts[1](one);
  const inner = node.getChild("Matcher") ?? node.getChild("NumberFilter") ?? node.getChild("LabelFilter");
  if (!inner) throw new Error(`a filter that is not known here: ${words(node, text)}`);
  return condition(inner, text);
}

const NUMBERS = {
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  "==": (a, b) => a === b,
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

function compared(operator, value, part) {
  switch (operator) {
    case "=":
      return (text) => (part ? text.includes(value) : text === value);
    case "!=":
      return (text) => !(part ? text.includes(value) : text === value);
    case "=~":
    case "~":
    case "!~": {
      const pattern = new RegExp(part ? value : `^(?:${value})$`, "s");
      return (text) => pattern.test(text) === (operator !== "!~");
    }
    default:
      throw new Error(`an operator that is not known here: ${operator}`);
  }
}

const string = (node, text) =>
  text[node.from] === "`" ? text.slice(node.from + 1, node.to - 1) : JSON.parse(words(node, text));

// ------------------------------------------------------------------------------------- its answer

function lines(pipeline, records, asked) {
  const [start, end] = [BigInt(asked.get("start")), BigInt(asked.get("end"))];
  const left = records
    .filter(({ time }) => time >= start && time <= end)
    .map(pipeline)
    .filter(Boolean);
  return left
    .slice(-Number(asked.get("limit") ?? 100))
    .map(({ time, line, labels }) => ({ stream: labels, values: [[String(time), line]] }));
}

function matrix(query, records, asked) {
  const [start, end] = ["start", "end"].map((name) => Number(asked.get(name)) / 1e9);
  const step = Number(asked.get("step"));
  const series = new Map();
  for (let time = Math.floor(start / step) * step; time <= end; time += step) {
    for (const { metric, value } of at(query, records, time)) {
      const key = JSON.stringify(metric);
      if (!series.has(key)) series.set(key, { metric, values: [] });
      series.get(key).values.push([time, String(value)]);
    }
  }
  return [...series.values()];
}

function at(query, records, time) {
  return query.over ? ranged(query, records, time) : aggregated(query, at(query.of, records, time));
}

const sum = (values) => values.reduce((a, b) => a + b, 0);

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = share * (sorted.length - 1);
  const low = Math.floor(rank);
  return sorted[low] + (rank - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}

const OF_COUNTS = {
  count_over_time: (values) => values.length,
  rate: (values, { seconds }) => values.length / seconds,
};
const OF_VALUES = {
  sum_over_time: sum,
  max_over_time: (values) => Math.max(...values),
  min_over_time: (values) => Math.min(...values),
  avg_over_time: (values) => sum(values) / values.length,
  quantile_over_time: (values, { quantile: share }) => quantile(values, share),
};

function ranged(query, records, time) {
  const { over, seconds, of, unwrap, by } = query;
  const reduce = (unwrap ? OF_VALUES : OF_COUNTS)[over];
  if (!reduce) throw new Error(`${over} is not known here`);
  const [from, to] = [time - seconds, time].map((at) => BigInt(Math.round(at * 1e3)) * 1000000n);
  const left = records
    .filter((record) => record.time > from && record.time <= to)
    .map(of)
    .filter((record) => record && (!unwrap || unwrap in record.labels));
  return grouped(
    left.map(({ labels }) => ({ metric: labels, value: unwrap ? Number(labels[unwrap]) : 1 })),
    by,
    (values) => reduce(values, query),
  );
}

function aggregated({ aggregate, by, count }, vector) {
  const ways = {
    sum,
    max: (values) => Math.max(...values),
    min: (values) => Math.min(...values),
    count: (values) => values.length,
    avg: (values) => sum(values) / values.length,
  };
  if (aggregate === "topk") return [...vector].sort((a, b) => b.value - a.value).slice(0, count);
  if (!ways[aggregate]) throw new Error(`${aggregate} is not known here`);
  return grouped(vector, by, ways[aggregate]);
}

function grouped(vector, by, reduce) {
  const groups = new Map();
  for (const { metric, value } of vector) {
    const kept = by
      ? Object.fromEntries(by.filter((name) => name in metric).map((name) => [name, metric[name]]))
      : metric;
    const key = JSON.stringify(kept);
    if (!groups.has(key)) groups.set(key, { metric: kept, values: [] });
    groups.get(key).values.push(value);
  }
  return [...groups.values()].map(({ metric, values }) => ({ metric, value: reduce(values) }));
}
