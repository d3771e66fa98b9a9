// The camera: its picture is recognised again and again, and can be kept.
import { Problem, type Recognise, shownClasses } from "./answer.ts";
import { showBars } from "./bars.ts";
import { byId } from "./elements.ts";

/** The pause between two pictures, in milliseconds. */
const pause = 150;

export interface CameraOptions {
  readonly recognise: Recognise;
  readonly keep: (name: string, picture: Blob) => void;
  readonly say: (words: string) => void;
}

export function offerCamera({ recognise, keep, say }: CameraOptions): void {
  const button = byId("camera", "button");
  // Only pages of this machine and of encrypted sites have it.
  if (navigator.mediaDevices?.getUserMedia === undefined) return;
  button.hidden = false;
  const [live, video, bars] = [byId("live", "div"), byId("video", "video"), byId("live-bars", "ul")];
  let stream: MediaStream | null = null;
  let kept = 0;

  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.srcObject = null;
    live.hidden = true;
    button.hidden = false;
  };
  const watch = async (mine: MediaStream) => {
    while (stream === mine) {
      const picture = await pictureOf(video);
      if (picture !== null) {
        const answer = await recognise(picture);
        showBars(bars, answer.slice(0, shownClasses));
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  };
  button.addEventListener("click", async () => {
    try {
      const mine = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      stream = mine;
      video.srcObject = mine;
      live.hidden = false;
      button.hidden = true;
      byId("stop", "button").focus();
      await video.play();
      await watch(mine);
    } catch (error) {
      stop();
      say(error instanceof Problem ? `${error.message}.` : wordsOf(error));
    }
  });
  byId("stop", "button").addEventListener("click", () => {
    stop();
    button.focus();
  });
  byId("keep", "button").addEventListener("click", async () => {
    const picture = await pictureOf(video);
    if (picture !== null) keep(`camera ${++kept}`, picture);
  });
  addEventListener("pagehide", stop);
}

/** What the camera shows; null before its first picture. */
function pictureOf(video: HTMLVideoElement): Promise<Blob | null> {
  const { videoWidth: width, videoHeight: height } = video;
  if (width === 0) return Promise.resolve(null);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
}

function wordsOf(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") return "The camera may not be used here; the browser's settings can allow it.";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "There is no camera.";
  return `The camera does not start: ${error instanceof Error ? error.message : String(error)}.`;
}
