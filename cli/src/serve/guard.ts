// Pages of other sites run in the same browser, and may send requests to this server: to its address, or by a name of theirs that they
// let lead to 127.0.0.1 (DNS rebinding). The names of the headers Host and Origin tell them from the server's own page.
import { isIP } from "node:net";
import { Refusal, shortened } from "./refusal.ts";

export interface Asking {
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

/** Throws a Refusal where the request is one of another site. `isOpen`: the server was asked to answer the network, under any name. */
export function checkSite({ host, origin }: Asking, isOpen: boolean): void {
  const name = nameIn(host ?? "");
  if (name === null || !(isOpen || isLoopback(name)))
    throw new Refusal(
      403,
      "host",
      `the header Host names ${JSON.stringify(shortened(host ?? ""))}; this server answers to localhost and 127.0.0.1 (start it with --host for other names)`,
    );
  if (origin !== undefined && originHost(origin) !== host?.toLowerCase())
    throw new Refusal(
      403,
      "origin",
      `a page of ${shortened(origin)} may not use this server; open the server's own page`,
    );
}

/** The name in a Host header, without the port and the brackets of IPv6; null where it is none. */
function nameIn(host: string): string | null {
  const [, bracketed, plain] = /^(?:\[([\da-fA-F:.]+)\]|([^\s:/?#@[\]\\]+))(?::\d{1,5})?$/.exec(host) ?? [];
  return bracketed ?? plain ?? null;
}

function originHost(origin: string): string | null {
  try {
    const { host, protocol } = new URL(origin);
    return protocol === "http:" ? host : null;
  } catch {
    return null;
  }
}

/** Whether a name or an address is this machine's alone. */
export function isLoopback(name: string): boolean {
  const plain = name.toLowerCase().replace(/\.$/, "");
  return (
    plain === "localhost" ||
    plain.endsWith(".localhost") ||
    plain === "::1" ||
    (isIP(plain) === 4 && plain.startsWith("127."))
  );
}
