// What one client of MQTT.js does with the broker, the same in Node.js and in a browser. It tells
// each thing with say, in the order of this file; whoever started it publishes to <id>/outside once
// it said {"waits":…}. An error of the client, or a message that it did not wait for, ends it.

const LARGE = 100_000;

async function scenario(mqtt, url, options, say) {
  const id = options.clientId;
  const five = options.protocolVersion === 5;
  const connect = (more) =>
    mqtt.connect(url, { ...options, connectTimeout: 30_000, reconnectPeriod: 100, ...more });

  const connected = queue();
  const messages = queue();
  let fail;
  const failed = new Promise((_, reject) => (fail = reject));
  const take = (from) => Promise.race([from.take(), failed]);
  const done = (promise) => Promise.race([promise, failed]);

  // resubscribe is off, so that what comes after a reconnection comes from the broker's session
  const client = connect({
    clean: false,
    resubscribe: false,
    properties: five ? { sessionExpiryInterval: 60 } : undefined,
  });
  client.on("error", fail);
  client.on("connect", (connack) => connected.put({ sessionPresent: connack.sessionPresent }));
  client.on("message", (topic, payload, { qos, properties }) => {
    const text = payload.toString();
    messages.put({
      topic,
      payload: text.length === LARGE && text === "x".repeat(LARGE) ? LARGE : text,
      qos,
      // MQTT.js makes objects without a prototype of them, which page.exposeFunction would not take
      userProperties: { ...properties?.userProperties },
    });
  });

  say({ connected: await take(connected) });

  const granted = await done(
    client.subscribeAsync({
      [`${id}/0`]: { qos: 0 },
      [`${id}/1`]: { qos: 1 },
      [`${id}/2`]: { qos: 2 },
      [`${id}/outside`]: { qos: 1 },
    }),
  );
  say({ granted: Object.fromEntries(granted.map(({ topic, qos }) => [topic, qos])) });

  const publish = async (by, qos, payload) => {
    const properties = five ? { userProperties: { of: id } } : undefined;
    await done(by.publishAsync(`${id}/${qos}`, payload, { qos, properties }));
  };
  // MQTT.js acknowledges after it handed a message on: the broker has that when it answers what was
  // sent after it. Without, it would be right to send the message again to who comes back.
  const acknowledged = () => done(client.publishAsync(`${id}/nobody`, "", { qos: 1 }));

  for (const qos of [0, 1, 2]) {
    await publish(client, qos, `grün ${qos}`);
    say({ own: await take(messages) });
    await publish(client, qos, "x".repeat(LARGE));
    say({ large: await take(messages) });
  }

  say({ waits: `${id}/outside` });
  say({ outside: await take(messages) });

  await acknowledged();
  client.stream.destroy();
  say({ reconnected: await take(connected) });
  await publish(client, 1, "after a reconnection");
  say({ own: await take(messages) });

  await acknowledged();
  await done(client.endAsync());
  const other = connect({ clientId: `${id}-other`, clean: true });
  other.on("error", fail);
  await publish(other, 2, "while it was away");
  await done(other.endAsync());
  client.reconnect();
  say({ reconnected: await take(connected) });
  say({ stored: await take(messages) });

  await done(client.unsubscribeAsync([`${id}/0`, `${id}/1`, `${id}/2`, `${id}/outside`]));
  await done(client.endAsync());
  say({ done: id });
}

// Keeps what was put until it is taken, in order.
function queue() {
  const items = [];
  let wake = () => {};
  return {
    put(item) {
      items.push(item);
      wake();
    },
    async take() {
      while (items.length === 0) await new Promise((resolve) => (wake = resolve));
      return items.shift();
    },
  };
}

if (typeof module !== "undefined") module.exports = { scenario };
