/** `npm start`: installs what is missing, builds the page, serves it and prints its address. */
import { createServer } from "node:net";
import { checkNode, ensurePackages, fail, root, run, say, tool } from "./install.mjs";

const PORT_DEFAULT = 4173;

const port = parsePort(process.argv.slice(2));
checkNode();
if (!(await isFree(port))) {
  fail(`Port ${port} is taken. Choose another one: npm start -- --port ${port + 1}`);
}
ensurePackages();
say("Building the page ...");
run(tool("vite"), ["build", "--logLevel", "warn"]);

const { preview } = await import("vite");
const server = await preview({
  root,
  logLevel: "warn",
  preview: { port, strictPort: true, host: "localhost" },
});
say(`\nChronik Playground runs at ${server.resolvedUrls.local[0]}`);
say("Stop it with Ctrl+C.");

function parsePort(args) {
  if (args.includes("--help") || args.includes("-h")) {
    say(
      `npm start [-- --port N]   serves the page on http://localhost:N (default ${PORT_DEFAULT})`,
    );
    process.exit(0);
  }
  if (args.length === 0) return PORT_DEFAULT;
  const text = args[0] === "--port" ? args[1] : /^--port=(.*)$/.exec(args[0])?.[1];
  const number = /^\d+$/.test(text ?? "") ? Number(text) : Number.NaN;
  if (args.length > (args[0] === "--port" ? 2 : 1) || !(number >= 1 && number <= 65_535)) {
    fail(`Cannot read "${args.join(" ")}". Use: npm start -- --port N, with N from 1 to 65535.`);
  }
  return number;
}

/** True when nobody listens there. Asked before the build, so that nobody waits for a refusal. */
function isFree(candidate) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(candidate, "localhost", () => probe.close(() => resolve(true)));
  });
}
