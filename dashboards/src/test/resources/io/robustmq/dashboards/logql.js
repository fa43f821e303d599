// Reads LogQL queries, one JSON string a line, and says of each where Grafana's grammar of it
// finds an error: the first character of it, or -1.
const { parser } = require("@grafana/lezer-logql");

const firstError = (query) => {
  let at = -1;
  parser.parse(query).iterate({
    enter: (node) => {
      if (node.type.isError && at < 0) at = node.from;
    },
  });
  return at;
};

let input = "";
process.stdin.on("data", (part) => (input += part));
process.stdin.on("end", () => {
  for (const line of input.split("\n").filter(Boolean)) console.log(firstError(JSON.parse(line)));
});
