// The engine of the net, in its worker: it takes training steps up to the wanted one, reports several times a second, and handles
// messages in between.
import type { Port } from "../engine/port.ts";
import type { NetReport, ToNet } from "./messages.ts";
import { Trainer } from "./trainer.ts";

const turnMs = 25; // time for steps before messages are handled
const reportMs = 80; // time between two reports
const maxStepsPerSecond = 120; // a pace that the eye can follow

export function start(port: Port<ToNet, NetReport>): void {
  let trainer: Trainer | null = null;
  let until = 0;
  let reportedAt = 0;
  let isDue = false;

  const runs = () => trainer !== null && trainer.step < until && !trainer.isLost;
  const tell = () => {
    reportedAt = performance.now();
    if (trainer !== null) port.send(trainer.report(runs()));
  };
  const round = () => {
    isDue = false;
    const began = performance.now();
    let steps = 0;
    while (trainer !== null && runs() && performance.now() - began < turnMs) {
      const before = trainer.step;
      trainer.advance();
      if (trainer.step === before) until = before;
      if (++steps >= (maxStepsPerSecond * turnMs) / 1000) break;
    }
    if (!runs() || performance.now() - reportedAt > reportMs) tell();
    if (runs()) wake(Math.max(0, turnMs - (performance.now() - began)));
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
