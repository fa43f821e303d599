// Runs the scenario in Node.js: node node.js <url> <options of MQTT.js as JSON>, where ca is a file.
// Prints what it tells, one JSON object a line.
const fs = require("fs");
const mqtt = require("mqtt");
const { scenario } = require("./scenario.js");

const [url, json] = process.argv.slice(2);
const options = JSON.parse(json);
if (options.ca) options.ca = fs.readFileSync(options.ca);

const end = (code, words) => {
  if (words) process.stderr.write(words + "\n");
  process.exit(code);
};
setTimeout(() => end(1, "not done in two minutes"), 120_000);
scenario(mqtt, url, { rejectUnauthorized: true, ...options }, (line) => console.log(JSON.stringify(line))).then(
  () => end(0),
  (error) => end(1, error.stack),
);
