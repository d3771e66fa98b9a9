import type { Port } from "../engine/port.ts";

export function start(port: Port<unknown, unknown>): void {
  port.listen((message) => port.send(message));
}
