// MDN's HTTP Observatory on a host that runs here: node observatory.mjs HOST HTTP-PORT HTTPS-PORT
// The scan is its own, unchanged; only connections to ports 80 and 443 are led to this machine.
import { existsSync, writeFileSync } from "node:fs";
import net from "node:net";
import { fileURLToPath } from "node:url";

const [host, plain, tls] = process.argv.slice(2);
const here = { 80: Number(plain), 443: Number(tls) };
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...words) {
  const options = Array.isArray(words[0]) ? words[0][0] : words[0];
  const port = here[options?.port];
  if (!port) throw new Error(`the scan asked for ${options?.host}:${options?.port}`);
  Object.assign(options, { host: "127.0.0.1", port });
  return connect.apply(this, words);
};

// Its list of preloaded hosts is downloaded when it is installed. Ours would not be in it.
const list = fileURLToPath(
  new URL("node_modules/@mdn/mdn-http-observatory/conf/hsts-preload.json", import.meta.url),
);
if (!existsSync(list)) writeFileSync(list, "{}");

const { scan } = await import("@mdn/mdn-http-observatory/src/scanner/index.js");
const { scan: result, tests } = await scan(host);
const failed = Object.entries(tests).filter(([, test]) => !test.pass);
console.log(
  JSON.stringify({
    grade: result.grade,
    score: result.score,
    status: result.statusCode,
    failed: failed.map(([name, test]) => `${name}: ${test.result}`),
  }),
);
process.exit(0);
