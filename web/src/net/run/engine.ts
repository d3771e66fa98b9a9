// The engine of the net, in its worker: it takes training steps up to the wanted one, reports as often as the page draws, and handles
// messages in between.
import type { Port } from "../../engine/port.ts";
import type { Command, CurvePoint, FromNet, ToNet } from "./messages.ts";
import { Trainer } from "./trainer.ts";

const turnMs = 25; // time for steps before messages are handled
const reportMs = 50; // least time between two reports: fewer than a screen has frames
const maxStepsPerSecond = 120; // a pace that the eye can follow
const replayMs = 100; // time between two reports of a replay
const replayPoints = 200; // points that a replay adds to the curves

export function start(port: Port<ToNet, FromNet>): void {
  const engine = new Engine((message) => port.send(message));
  port.listen((message) => engine.hear(message));
}

export class Engine {
  readonly #send: (message: FromNet) => void;
  #trainer: Trainer | null = null;
  /** The number of the last command. */
  #heard = 0;
  /** The step at which the run pauses; Infinity for a run without an end. */
  #until = 0;
  /** Whether the steps follow each other without a pace, on the way to the step of a link. */
  #fast = false;
  #held = false;
  /** Points of the curves for the next message. */
  #trace: CurvePoint[] = [];
  #isDue = false;
  #toldAt = 0;
  /** Whether the page has drawn the last report, and whether there is news for it since. */
  #drawn = true;
  #news = false;

  constructor(send: (message: FromNet) => void) {
    this.#send = send;
  }

  hear(message: ToNet): void {
    switch (message.kind) {
      case "make":
      case "run":
      case "step":
      case "rest":
        this.#heard = message.number;
        this.#obey(message);
        break;
      case "edit":
        this.#held = message.hold;
        this.#trainer?.edit(message.target, message.value);
        this.#tell();
        this.#wake();
        break;
      case "let go":
        this.#held = false;
        this.#wake();
        break;
      case "drawn":
        this.#drawn = true;
        if (this.#news) this.#tell();
        break;
      default:
        message satisfies never;
    }
  }

  #obey(command: Command): void {
    this.#held = false;
    switch (command.kind) {
      case "make":
        this.#trainer = new Trainer(command.settings, command.from);
        this.#trace = [];
        this.#until = command.until;
        this.#fast = command.until > 0;
        break;
      case "run":
        this.#until = Infinity;
        this.#fast = false;
        break;
      case "step":
        this.#until = this.#stepsEnd + 1;
        this.#fast = false;
        break;
      case "rest":
        this.#until = 0;
        break;
      default:
        command satisfies never;
    }
    // A new net is shown before its first step; a command that no step follows has no other answer.
    if (command.kind === "make" || !this.#runs) this.#tell();
    this.#wake();
  }

  /** The step at which single steps end that were asked for and not taken yet; this one where there are none. */
  get #stepsEnd(): number {
    const step = this.#trainer?.step ?? 0;
    return this.#fast || this.#until === Infinity ? step : Math.max(step, this.#until);
  }

  get #runs(): boolean {
    return this.#trainer !== null && this.#trainer.step < this.#until && !this.#trainer.isLost;
  }

  /** Whether steps follow that no press of Step asked for. */
  get #goesOn(): boolean {
    return this.#runs && (this.#fast || this.#until === Infinity);
  }

  #wake(after = 0): void {
    if (this.#isDue || !this.#runs || this.#held) return;
    this.#isDue = true;
    setTimeout(() => this.#round(), after);
  }

  #round(): void {
    this.#isDue = false;
    if (this.#held) return;
    const began = performance.now();
    const most = this.#fast ? Infinity : (maxStepsPerSecond * turnMs) / 1000;
    for (let steps = 0; steps < most && performance.now() - began < turnMs; steps++) if (!this.#advance()) break;
    const since = performance.now() - this.#toldAt;
    if (!this.#runs || (!this.#fast && since > reportMs)) this.#tell();
    else if (this.#fast && since > replayMs) this.#tellReplay();
    this.#wake(this.#fast ? 0 : Math.max(0, turnMs - (performance.now() - began)));
  }

  /** Takes a step; false where the run pauses. */
  #advance(): boolean {
    if (this.#trainer === null || !this.#runs) return false;
    const before = this.#trainer.step;
    this.#trainer.advance();
    if (this.#trainer.step === before) this.#until = before;
    else if (this.#fast && this.#trainer.step % Math.ceil(this.#until / replayPoints) === 0)
      this.#trace.push(this.#trainer.point());
    return this.#runs;
  }

  #tell(): void {
    this.#news = !this.#drawn;
    if (this.#trainer === null || !this.#drawn) return;
    this.#drawn = false;
    this.#toldAt = performance.now();
    this.#send({ kind: "report", heard: this.#heard, ...this.#trainer.report(this.#goesOn), trace: this.#takeTrace() });
  }

  #tellReplay(): void {
    this.#toldAt = performance.now();
    const step = this.#trainer?.step ?? 0;
    this.#send({ kind: "replaying", heard: this.#heard, step, until: this.#until, trace: this.#takeTrace() });
  }

  #takeTrace(): readonly CurvePoint[] {
    const trace = this.#trace;
    this.#trace = [];
    return trace;
  }
}
