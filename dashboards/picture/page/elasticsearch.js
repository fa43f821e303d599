// The search of Elasticsearch and OpenSearch, and frames as Grafana's data sources make them.
import { FieldType, createDataFrame } from "@grafana/data";
import { post } from "./asked.js";

const INDEX = "logs-robustmq*";
const SEARCH = `/opensearch/${INDEX}/_search`;

export async function values(declared, replaced) {
  const text = typeof declared.query === "string" ? declared.query : declared.query.query;
  const asked = JSON.parse(replaced(text, "elasticsearch"));
  if (asked.find !== "terms") throw new Error(`a variable's query that is not known here: ${text}`);
  const query = asked.query ? { query_string: { query: asked.query } } : { match_all: {} };
  const found = await post(SEARCH, {
    size: 0,
    query,
    aggs: { all: { terms: { field: asked.field, size: asked.size ?? 500, order: { _key: "asc" } } } },
  });
  return found.aggregations.all.buckets.map(({ key }) => String(key));
}

export async function frames(target, context) {
  const time = target.timeField ?? "@timestamp";
  const query = search(context.replaced(target.query ?? "", "elasticsearch"), time, context);
  const kind = target.metrics?.[0]?.type ?? "count";
  if (["logs", "raw_data", "raw_document"].includes(kind)) {
    const size = Number(target.metrics[0].settings?.limit ?? target.metrics[0].settings?.size ?? 500);
    const { hits } = await post(SEARCH, { size, query, sort: [{ [time]: "desc" }] });
    return [
      documents(
        target,
        kind,
        time,
        hits.hits.map((hit) => hit._source),
      ),
    ];
  }
  const wanted = target.bucketAggs ?? [];
  const { aggregations } = await post(SEARCH, {
    size: 0,
    query,
    aggs: aggregation(wanted, target.metrics, time, context),
  });
  const rows = flattened(aggregations, wanted, {});
  return wanted.at(-1)?.type === "date_histogram" ? seriesOf(target, rows, wanted) : [tableOf(target, rows, wanted)];
}

const search = (query, time, { from, to }) => ({
  bool: {
    filter: [
      { range: { [time]: { gte: from, lte: to, format: "epoch_millis" } } },
      ...(query.trim() ? [{ query_string: { query, analyze_wildcard: true } }] : []),
    ],
  },
});

function aggregation([first, ...others], metrics, time, context) {
  if (!first) {
    const own = metrics
      .filter(({ type }) => type !== "count")
      .map(({ id, type, field, settings }) => [id, { [type]: { field, ...numbers(type, settings) } }]);
    return Object.fromEntries(own);
  }
  const aggs = aggregation(others, metrics, time, context);
  return { [first.id]: { ...bucket(first, time, context), ...(Object.keys(aggs).length ? { aggs } : {}) } };
}

const numbers = (type, settings) =>
  type === "percentiles" ? { percents: (settings?.percents ?? [25, 50, 75, 95, 99]).map(Number) } : {};

function bucket({ type, field, settings = {} }, time, { from, to, step }) {
  switch (type) {
    case "terms": {
      const by = settings.orderBy === "_term" || !settings.orderBy ? "_key" : settings.orderBy;
      return { terms: { field, size: Number(settings.size) || 500, order: { [by]: settings.order ?? "desc" } } };
    }
    case "date_histogram": {
      const interval = !settings.interval || settings.interval === "auto" ? `${step}ms` : settings.interval;
      return {
        date_histogram: {
          field: field || time,
          fixed_interval: interval,
          min_doc_count: Number(settings.min_doc_count ?? 0),
          extended_bounds: { min: from, max: to },
          format: "epoch_millis",
        },
      };
    }
    default:
      throw new Error(`an aggregation of type ${type} is not known here`);
  }
}

/** A row for each innermost bucket: the keys on the way there, and the bucket. */
function flattened(at, [first, ...others], keys) {
  if (!first) return [{ keys, bucket: at }];
  return at[first.id].buckets.flatMap((one) => flattened(one, others, { ...keys, [first.id]: one.key }));
}

const measured = ({ id, type, settings }, bucket) => {
  if (type === "count") return [[id, "Count", bucket.doc_count]];
  if (type !== "percentiles") return [[id, type, bucket[id].value]];
  return Object.entries(bucket[id].values).map(([percent, value]) => [
    `${id}-${percent}`,
    `p${Number(percent)}`,
    value,
  ]);
};

function seriesOf(target, rows, wanted) {
  const series = new Map();
  const time = wanted.at(-1).id;
  for (const { keys, bucket } of rows) {
    const names = wanted.slice(0, -1).map(({ id }) => keys[id]);
    for (const metric of target.metrics.filter(({ hide }) => !hide)) {
      for (const [id, name, value] of measured(metric, bucket)) {
        const key = JSON.stringify([names, id]);
        if (!series.has(key)) series.set(key, { name: alias(target, names, wanted, name), times: [], values: [] });
        series.get(key).times.push(keys[time]);
        series.get(key).values.push(value);
      }
    }
  }
  return [...series.values()].map(({ name, times, values }) =>
    createDataFrame({
      refId: target.refId,
      fields: [
        { name: "Time", type: FieldType.time, values: times },
        { name: "Value", type: FieldType.number, config: { displayNameFromDS: name }, values },
      ],
    }),
  );
}

function alias(target, names, wanted, metric) {
  if (!target.alias) return names.length ? names.join(" ") : metric;
  const byField = Object.fromEntries(wanted.slice(0, -1).map(({ field }, i) => [field, names[i]]));
  return target.alias.replace(
    /\{\{(?:term )?([\w.@]+)\}\}/g,
    (whole, name) => byField[name] ?? (name === "metric" ? metric : whole),
  );
}

function tableOf(target, rows, wanted) {
  const measures = rows.map(({ bucket }) => target.metrics.flatMap((metric) => measured(metric, bucket)));
  const columns = measures[0] ?? [];
  return createDataFrame({
    refId: target.refId,
    fields: [
      ...wanted.map(({ id, field }) => ({ name: field, values: rows.map(({ keys }) => keys[id]) })),
      ...columns.map(([, name], i) => ({ name, type: FieldType.number, values: measures.map((row) => row[i]?.[2]) })),
    ],
  });
}

function documents(target, kind, time, found) {
  const times = found.map((one) => Date.parse(one[time]));
  if (kind === "logs") {
    return createDataFrame({
      refId: target.refId,
      meta: { preferredVisualisationType: "logs" },
      fields: [
        { name: "labels", type: FieldType.other, values: found },
        { name: "Time", type: FieldType.time, values: times },
        // no field of a record is its text
        { name: "Line", type: FieldType.string, values: found.map((one) => one.message ?? JSON.stringify(one)) },
      ],
    });
  }
  const names = [...new Set(found.flatMap((one) => Object.keys(one)))].filter((name) => name !== time).sort();
  return createDataFrame({
    refId: target.refId,
    fields: [
      { name: time, type: FieldType.time, values: times },
      ...names.map((name) => ({ name, values: found.map((one) => one[name] ?? null) })),
    ],
  });
}
