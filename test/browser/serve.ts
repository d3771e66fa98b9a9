// A static file server as plain as they come: the bytes of a file and their type, and no header that would give a page more
// than it has anywhere (shared memory wants two) unless a test asks for it. Listens on this machine only, on a free port.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, resolve, sep } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".map": "application/json",
  ".wasm": "application/wasm",
  // The file as it lies there: a Content-Encoding would have the browser unpack it.
  ".gz": "application/gzip",
};

/** What makes a page cross-origin isolated, so that it has shared memory. */
export const isolation: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export interface Server {
  readonly origin: string;
  close(): Promise<void>;
}

/** Serves each folder below its path, "/dist/" for instance, and nothing else. */
export async function serve(
  folders: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const server = createServer(async (request, response) => {
    const file = request.method === "GET" ? fileFor(request.url ?? "/", folders) : null;
    const bytes = file === null ? null : await readFile(file).catch(() => null);
    if (file === null || bytes === null) {
      response.writeHead(404, { "Content-Type": "text/plain" }).end(`no ${request.url} here\n`);
      return;
    }
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    response.writeHead(200, { "Content-Type": type, ...headers }).end(bytes);
  });
  await new Promise<void>((listening, refused) => {
    server.once("error", refused).listen(0, "127.0.0.1", listening);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** Escapes are resolved before the folder is checked, so that "..%2f" leads out no more than "../" does. */
function fileFor(url: string, folders: Readonly<Record<string, string>>): string | null {
  try {
    const path = decodeURIComponent(new URL(url, "http://localhost").pathname);
    const mount = Object.keys(folders).find((prefix) => path.startsWith(prefix));
    if (mount === undefined) return null;
    const file = resolve(folders[mount], path.slice(mount.length));
    return file.startsWith(resolve(folders[mount]) + sep) ? file : null;
  } catch {
    return null;
  }
}
