// The look of the bars, which are redrawn in place on a terminal. A stream that is no terminal, or one that cannot move its cursor
// (TERM=dumb), has none.
import { printable } from "chainrule/node";
import { SingleBar } from "cli-progress";
import type { Screen } from "./screen.ts";

export interface BarOptions {
  /** Text with {bar}, {value}, {total} and the names of the payload. */
  readonly format: string;
  readonly total: number;
  /** Whether the bar disappears at its end. */
  readonly clear: boolean;
  readonly payload?: Readonly<Record<string, string>>;
}

/** Starts a bar; call it only where the screen is `redrawn`. */
export function startBar(screen: Screen, { format, total, clear, payload = {} }: BarOptions): SingleBar {
  const bar = new SingleBar({
    format: printable(format),
    stream: screen.words,
    barsize: 10,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    fps: 10,
    hideCursor: true,
    gracefulExit: false,
    clearOnComplete: clear,
  });
  bar.start(total, 0, payload);
  return bar;
}
