-- Makes of a log record that came by OTLP the flat record that the broker sends by the forward protocol.

-- OpenTelemetry's attributes whose name is not robustmq.<field>; a test compares this with the catalogue
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

local function hex(bytes)
  return (bytes:gsub(".", function(c) return string.format("%02x", c:byte()) end))
end

local function rfc3339(timestamp)
  local micros = string.format("%06d", math.floor(timestamp.nsec / 1000))
  return os.date("!%Y-%m-%dT%H:%M:%S", timestamp.sec) .. "." .. micros .. "Z"
end

-- Fluent Bit calls a function of five parameters with the OTLP resource as group, and with ids as bytes.
function flatten(tag, timestamp, group, metadata, record)
  local otlp = metadata.otlp
  if not otlp then
    return 0, timestamp, metadata, record
  end
  local flat = {
    time = rfc3339(timestamp),
    event = otlp.event_name,
    level = (otlp.severity_text or "info"):lower(),
    message = record.log or record.message,
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
  return 2, timestamp, metadata, flat
end
