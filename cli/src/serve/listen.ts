// Finds the port to listen on, and says in words why there is none.
import type { Server } from "node:http";
import { systemCode } from "chainrule/node";
import { BadInput, reasonOf } from "../failure.ts";

export const defaultPort = 8000;
/** The number of ports after the first one that are tried where none was asked for. */
const others = 20;

export interface Address {
  readonly host: string;
  /** undefined: the default, or the next one that is free. */
  readonly port: number | undefined;
}

/** Listens, and returns the port. Throws BadInput where that cannot be. */
export async function listen(server: Server, { host, port }: Address): Promise<number> {
  const ports = port === undefined ? Array.from({ length: others }, (_, n) => defaultPort + n) : [port];
  for (const candidate of ports) {
    const error = await tryListening(server, host, candidate);
    if (error === null) {
      const address = server.address();
      return typeof address === "object" && address !== null ? address.port : candidate;
    }
    const code = systemCode(error);
    if (code === "EADDRINUSE" && port === undefined) continue;
    throw new BadInput(
      words(code, host, candidate) ?? `--port ${candidate}: cannot be listened on: ${reasonOf(error)}`,
    );
  }
  throw new BadInput(
    `--port: other programs use the ports ${ports[0]} to ${ports[ports.length - 1]}; give another one, or 0 for any`,
  );
}

function tryListening(server: Server, host: string, port: number): Promise<unknown> {
  return new Promise((resolve) => {
    const fail = (error: unknown) => resolve(error);
    server.once("error", fail);
    server.listen({ host, port, exclusive: true }, () => {
      server.off("error", fail);
      resolve(null);
    });
  });
}

function words(code: string, host: string, port: number): string | null {
  switch (code) {
    case "EADDRINUSE":
      return `--port ${port}: another program uses it; give another one, or 0 for any`;
    case "EACCES":
    case "EPERM":
      return `--port ${port}: the system refuses it; give one from 1024`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EINVAL":
    case "EAFNOSUPPORT":
      return `--host ${host}: is no address of this machine; give one, or 0.0.0.0 for all of them`;
    default:
      return null;
  }
}
