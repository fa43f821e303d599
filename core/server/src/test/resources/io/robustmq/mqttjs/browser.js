// Runs the scenario in a page of Chromium without a window:
//   node browser.js <chromium> <url> <options of MQTT.js as JSON>
// where ca is the file of the one certificate that the browser shall take though nobody it knows
// signed it. Prints what the scenario tells, one JSON object a line, then {"tab":…}: a client of the
// page has a will and is connected; and {"closed":…}: the page was closed under it.
const crypto = require("crypto");
const fs = require("fs");
const http = require("http");
const path = require("path");
const { chromium } = require("playwright-core");

const [executablePath, url, json] = process.argv.slice(2);
const { ca, ...options } = JSON.parse(json);
const say = (line) => console.log(JSON.stringify(line));

const SITE = {
  "/": ["text/html", '<!doctype html><script src="mqtt.min.js"></script><script src="scenario.js"></script>'],
  "/mqtt.min.js": ["text/javascript", fs.readFileSync(require.resolve("mqtt/dist/mqtt.min"))],
  "/scenario.js": ["text/javascript", fs.readFileSync(path.join(__dirname, "scenario.js"))],
};

function site() {
  const server = http.createServer((request, response) => {
    const [type, body] = SITE[request.url] ?? [];
    response.writeHead(body ? 200 : 404, { "content-type": `${type ?? "text/plain"}; charset=utf-8` });
    response.end(body);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

function trusting(file) {
  const key = crypto.createPublicKey(fs.readFileSync(file)).export({ type: "spki", format: "der" });
  const hash = crypto.createHash("sha256").update(key).digest("base64");
  return `--ignore-certificate-errors-spki-list=${hash}`;
}

async function main() {
  const server = await site();
  const browser = await chromium.launch({
    executablePath,
    timeout: 60_000,
    // Chromium's sandbox does not work for root, as whom tests may run
    args: ["--no-sandbox", ...(ca ? [trusting(ca)] : [])],
  });
  const page = await browser.newPage();
  page.on("console", (message) => process.stderr.write(message.text() + "\n"));
  page.on("pageerror", (error) => end(1, error.stack));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.exposeFunction("say", say);
  await page.evaluate(([url, options]) => scenario(mqtt, url, options, say), [url, options]);

  const tab = `${options.clientId}-tab`;
  await page.evaluate(
    async ([url, options]) => {
      await mqtt.connectAsync(url, { ...options, will: { topic: options.clientId, payload: "closed", qos: 1 } });
    },
    [url, { ...options, clientId: tab }],
  );
  say({ tab });
  await page.close();
  say({ closed: tab });
  await browser.close();
}

function end(code, words) {
  if (words) process.stderr.write(words + "\n");
  process.exit(code); // with the browser: playwright sees to that
}

setTimeout(() => end(1, "not done in three minutes"), 180_000);
main().then(
  () => end(0),
  (error) => end(1, error.stack),
);
