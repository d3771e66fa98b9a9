// The net in its worker: it takes steps while it is wanted, reports some times a second, and listens in between.
import type { Port } from "../engine/port.ts";
import type { NetReport, ToNet } from "./messages.ts";
import { Trainer } from "./trainer.ts";

const turn = 25; // ms of steps between two looks at the messages
const pause = 80; // ms between two reports
const slowest = 120; // steps a second at most, so that one can follow

export function start(port: Port<ToNet, NetReport>): void {
  let trainer: Trainer | null = null;
  let until = 0;
  let told = 0;
  let isDue = false;

  const runs = () => trainer !== null && trainer.step < until && !trainer.isLost;
  const tell = () => {
    told = performance.now();
    if (trainer !== null) port.send(trainer.report(runs()));
  };
  const round = () => {
    isDue = false;
    const began = performance.now();
    let steps = 0;
    while (trainer !== null && runs() && performance.now() - began < turn) {
      const before = trainer.step;
      trainer.advance();
      if (trainer.step === before) until = before;
      if (++steps >= (slowest * turn) / 1000) break;
    }
    if (!runs() || performance.now() - told > pause) tell();
    if (runs()) wake(Math.max(0, turn - (performance.now() - began)));
  };
  const wake = (after = 0) => {
    if (!isDue) setTimeout(round, after);
    isDue = true;
  };
  port.listen((message) => {
    switch (message.kind) {
      case "make":
        trainer = new Trainer(message.settings);
        until = message.until;
        tell();
        wake();
        break;
      case "run":
        until = message.until;
        wake();
        break;
      case "rest":
        until = 0;
        tell();
        break;
      case "edit":
        trainer?.edit(message.target, message.value);
        tell();
        break;
      default:
        message satisfies never;
    }
  });
}
