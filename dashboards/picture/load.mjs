// Some minutes of a small plant's traffic, bounded in clients, messages and time:
//   node load.mjs <seconds> <mqtt://address>...
// Machines report at QoS 0, 1 and 2, consoles listen, a maintenance client comes and goes, one console reads
// nothing for a while, and one with a kept session is away until near the end.
import mqtt from "mqtt";

const MACHINES = 24;
const [seconds, ...addresses] = process.argv.slice(2);
const end = Date.now() + Number(seconds) * 1000;
const left = () => end - Date.now();
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, Math.max(0, left()))));
const address = (i) => addresses[i % addresses.length];

/** Goes on at the next address if its broker ends. */
function connect(clientId, i, options = {}) {
  const client = mqtt.connect(address(i), {
    clientId,
    protocolVersion: 5,
    reconnectPeriod: 500,
    connectTimeout: 5000,
    ...options,
  });
  client.on("error", () => {}); // the broker's events tell
  return client;
}

const say = (client, topic, message, options) => client.connected && client.publish(topic, message, options, () => {});

async function machine(i) {
  const client = connect(`machine-${String(i).padStart(2, "0")}`, i, {
    will: { topic: `plant/${i}/state`, payload: "lost", qos: 1, retain: true },
  });
  say(client, `plant/${i}/state`, "runs", { qos: 1, retain: true });
  for (let n = 0; left() > 0; n++) {
    // a shift that begins slowly, with a break in it
    const busy = 1 + Math.sin((n + i) / 9) * 0.5;
    say(client, `plant/${i}/temperature`, JSON.stringify({ celsius: 60 + (n % 20) }), { qos: i % 3 });
    if (n % 5 === 0) say(client, `plant/${i}/vibration`, "v".repeat(900), { qos: 0 });
    await wait(400 / busy);
  }
  client.end();
}

async function console_(i) {
  const client = connect(`console-${i}`, i);
  client.on("message", () => {});
  client.subscribe(i === 0 ? "plant/#" : `plant/+/${i % 2 ? "temperature" : "state"}`, { qos: 2 });
  await wait(left());
  client.end();
}

/** Two that share the work. */
async function worker(i) {
  const client = connect(`worker-${i}`, i);
  client.on("message", () => {});
  client.subscribe("$share/workers/plant/+/vibration", { qos: 1 });
  await wait(left());
  client.end();
}

async function maintenance() {
  for (let n = 0; left() > 3000; n++) {
    const client = connect(`maintenance-${n % 4}`, n, { protocolVersion: n % 2 ? 4 : 5, reconnectPeriod: 0 });
    client.subscribe(`plant/${n % MACHINES}/#`);
    say(client, "nobody/listens", "hello", { qos: 1 });
    await wait(2500);
    // some leave without a word
    if (n % 3 === 0) client.stream.destroy();
    client.end(n % 3 === 0);
  }
}

/** What the broker has for it waits in the socket, then in the broker. */
async function slow() {
  const client = connect("console-slow", 0, { reconnectPeriod: 0 });
  client.on("message", () => {});
  client.subscribe("plant/#", { qos: 1 });
  await wait(left() / 4);
  client.stream.pause();
  for (let n = 0; left() > 0 && n < 6000; n++) {
    say(feeder, "plant/0/camera", "c".repeat(20000), { qos: 1 });
    await wait(40);
  }
  client.end(true);
}

async function away() {
  const kept = { clean: false, properties: { sessionExpiryInterval: 3600 } };
  const first = connect("console-night", 1, { ...kept, reconnectPeriod: 0 });
  await new Promise((resolve) => first.subscribe("plant/+/temperature", { qos: 1 }, resolve));
  await wait(5000);
  await first.endAsync();
  await wait(left() * 0.7);
  const again = connect("console-night", 1, kept);
  again.on("message", () => {});
  await wait(left());
  again.end();
}

async function refused() {
  for (let n = 0; left() > 0; n++) {
    const client = connect("stranger", n, { properties: { authenticationMethod: "no-such" }, reconnectPeriod: 0 });
    await wait(7000);
    client.end(true);
  }
}

const feeder = connect("camera", 0);
const all = [maintenance(), slow(), away(), refused(), worker(0), worker(1)];
for (let i = 0; i < MACHINES; i++) all.push(machine(i));
for (let i = 0; i < 4; i++) all.push(console_(i));
await Promise.all(all);
process.exit(0);
