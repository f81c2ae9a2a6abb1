/** Serves the built page as a warm web server would: compressed, from memory. Counts what it sends. */
import { createServer } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};
/** Compressed by its own format. */
const INCOMPRESSIBLE = ".woff2";

export interface PageServer {
  readonly origin: string;
  /** What was sent since the last call, in bytes of bodies. */
  takeSent(): readonly { readonly path: string; readonly bytes: number }[];
  close(): void;
}

/** Serves the files of this folder on a free port. */
export async function servePage(folder: string): Promise<PageServer> {
  const files = compress(folder);
  let sent: { path: string; bytes: number }[] = [];
  const server = createServer((request, response) => {
    const path = pathOf(request);
    const file = files.get(path);
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    sent.push({ path, bytes: file.body.length });
    response.writeHead(200, file.headers).end(file.body);
  });
  await listen(server);
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    takeSent() {
      const taken = sent;
      sent = [];
      return taken;
    },
    close: () => void server.close(),
  };
}

interface SentFile {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

function compress(folder: string): ReadonlyMap<string, SentFile> {
  const files = new Map<string, SentFile>();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, name);
    if (!statSync(path).isFile()) continue;
    const type = extname(path);
    const isPlain = type === INCOMPRESSIBLE;
    const bytes = readFileSync(path);
    const body = isPlain ? bytes : gzipSync(bytes, { level: 9 });
    files.set(`/${relative(folder, path).replaceAll("\\", "/")}`, {
      body,
      headers: {
        "content-type": TYPES[type] ?? "application/octet-stream",
        "cache-control": "no-cache",
        ...(isPlain ? {} : { "content-encoding": "gzip" }),
      },
    });
  }
  const index = files.get("/index.html");
  if (index === undefined) throw new Error(`${folder} holds no built page: npm run build`);
  return files.set("/", index);
}

function pathOf({ url }: IncomingMessage): string {
  return new URL(url ?? "/", "http://localhost").pathname;
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, "localhost", resolve));
}
