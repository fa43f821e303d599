-- One form of a log record for all ways into Fluent Bit: the flat record that the broker writes to its file,
-- and category, what stands before the dot of the event's name.
-- Fluent Bit calls a function of five parameters with the OTLP resource as group, and with ids as bytes.

-- OpenTelemetry's attributes whose name is not robustmq.<field>
-- generated: fields
local field_of = {
  ["error.message"] = "error_msg",
  ["error.type"] = "error_type",
  ["messaging.client.id"] = "client_id",
  ["messaging.destination.name"] = "topic_name",
  ["messaging.message.body.size"] = "payload_bytes",
  ["network.peer.address"] = "remote_addr",
  ["network.protocol.name"] = "protocol",
  ["thread.name"] = "thread",
  ["user.name"] = "user_name",
}
-- end of fields

local attribute_of = {}
for attribute, field in pairs(field_of) do
  attribute_of[field] = attribute
end

local function hex(bytes)
  return (bytes:gsub(".", function(c) return string.format("%02x", c:byte()) end))
end

local function rfc3339(timestamp)
  local micros = string.format("%06d", math.floor(timestamp.nsec / 1000))
  return os.date("!%Y-%m-%dT%H:%M:%S", timestamp.sec) .. "." .. micros .. "Z"
end

local function category(event)
  return event and event:match("^([^.]+)%.")
end

-- Of a record that came by OTLP: Fluent Bit's outputs would ship its body and leave the rest behind.
function flatten(tag, timestamp, group, metadata, record)
  local otlp = metadata.otlp
  if not otlp then
    return 0, timestamp, metadata, record
  end
  local flat = {
    time = rfc3339(timestamp),
    event = otlp.event_name,
    level = (otlp.severity_text or "info"):lower(),
  }
  if otlp.trace_id then
    flat.trace_id = hex(otlp.trace_id)
    flat.span_id = hex(otlp.span_id or "")
  end
  local resource = group.resource and group.resource.attributes or {}
  flat.service = resource["service.name"]
  flat.node_id = resource["robustmq.node_id"]
  for name, value in pairs(otlp.attributes or {}) do
    if name ~= "event.name" then
      -- the parentheses keep gsub's second result away
      flat[field_of[name] or (name:gsub("^robustmq%.", ""))] = value
    end
  end
  flat.category = category(flat.event)
  return 2, timestamp, metadata, flat
end

local meant = { n = "\n", r = "\r", t = "\t" }
local function unescaped(text)
  return (text:gsub("\\(.)", function(c) return meant[c] or c end))
end

-- Of a record that is flat already: from the forward protocol, a file or a container's output.
function complete(tag, timestamp, group, metadata, record)
  if not record.event then
    -- a line that is no event, such as the JVM's: Elasticsearch has log.level, so log can be no text
    record.message, record.log = record.log or record.message, nil
    return 2, timestamp, metadata, record
  end
  record.category = category(record.event)
  if record._p then
    -- a container's: the runtime's own time, stream and marks stand beside our fields
    record.time = rfc3339(timestamp)
    record.stream, record._p, record.logtag = nil, nil, nil
  end
  if not record.service then
    -- a line for people, of which Fluent Bit leaves the quoted texts as they are
    record.level = record.level and record.level:lower()
    for field, value in pairs(record) do
      if type(value) == "string" then
        record[field] = unescaped(value)
      end
    end
  end
  return 2, timestamp, metadata, record
end

-- For out_loki: what Loki keeps beside the line, under the names of its own OTLP endpoint.
function loki(tag, timestamp, group, metadata, record)
  local beside = { event_name = record.event }
  for field, value in pairs(record) do
    if field == "trace_id" or field == "span_id" then
      beside[field] = value
    elseif field ~= "time" and field ~= "event" and field ~= "level" and field ~= "service"
        and field ~= "category" and type(value) ~= "table" then
      beside[((attribute_of[field] or "robustmq." .. field):gsub("%.", "_"))] = tostring(value)
    end
  end
  beside.severity_text = record.level and record.level:upper()
  record.beside = beside
  return 2, timestamp, metadata, record
end

-- For out_es: the same record has the same id however often it comes; the time is in it for a node whose numbers
-- began anew. generate_id of Fluent Bit would not do: it depends on the order of the fields.
function elasticsearch(tag, timestamp, group, metadata, record)
  if record.node_id and record.seq then
    record.document_id = record.node_id .. "-" .. record.seq .. "-" .. (record.time or "")
  end
  return 2, timestamp, metadata, record
end
