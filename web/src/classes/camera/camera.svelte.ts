// The camera. The visitor starts it by a button, one stream serves all that show it, and it is switched off when the part leaves the window or
// the page is left.

export type CameraProblem = "refused" | "none" | "busy" | "insecure" | "other";

class Camera {
  stream: MediaStream | null = $state.raw(null);
  problem: CameraProblem | null = $state(null);
  starting = $state(false);
  /** Which way it looks: at the person before the screen, or away. */
  facing: "user" | "environment" = $state("user");
  /** Whether there are several cameras. */
  several = $state(false);

  async start(): Promise<void> {
    if (this.stream !== null || this.starting) return;
    this.problem = null;
    if (navigator.mediaDevices?.getUserMedia === undefined) {
      this.problem = globalThis.isSecureContext ? "none" : "insecure";
      return;
    }
    this.starting = true;
    try {
      const video = { facingMode: this.facing, width: { ideal: 640 }, height: { ideal: 480 } };
      const stream = await navigator.mediaDevices.getUserMedia({ video });
      // It was switched off while the visitor was asked.
      if (!this.starting) {
        for (const track of stream.getTracks()) track.stop();
        return;
      }
      for (const track of stream.getTracks()) track.addEventListener("ended", () => this.stop());
      this.stream = stream;
      const devices = await navigator.mediaDevices.enumerateDevices();
      this.several = devices.filter(({ kind }) => kind === "videoinput").length > 1;
    } catch (error) {
      this.problem = problemOf(error);
    } finally {
      this.starting = false;
    }
  }

  stop(): void {
    this.starting = false;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  }

  async turn(): Promise<void> {
    this.stop();
    this.facing = this.facing === "user" ? "environment" : "user";
    await this.start();
  }
}

const problems: ReadonlyMap<string, CameraProblem> = new Map([
  ["NotAllowedError", "refused"],
  ["SecurityError", "refused"],
  ["NotFoundError", "none"],
  ["OverconstrainedError", "none"],
  ["NotReadableError", "busy"],
  ["AbortError", "busy"],
]);

const problemOf = (error: unknown): CameraProblem =>
  (error instanceof DOMException ? problems.get(error.name) : undefined) ?? "other";

export const camera = new Camera();
