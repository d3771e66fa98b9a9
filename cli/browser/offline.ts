// The page of `chainrule page`: the net is in the page. It works in a worker, so that the page stays responsive; a page that was opened from
// the file system can load no other file, so the worker's program is the page's own, as text. Without workers the page itself computes.
import { type Answer, Problem, type Recognise } from "./answer.ts";
import { Net } from "./net.ts";
import { openPage } from "./page.ts";

declare global {
  /** This program as a function; the build gives it its name. */
  var chainrulePage: () => void;
  /** The model file in base64, where it is a file of its own. */
  var chainruleModel: string | undefined;
}

type ToWorker = { readonly model: Uint8Array } | { readonly number: number; readonly picture: Blob };

/** `problem`: the picture cannot be recognised. `bug`: any other failure. */
type FromWorker =
  | { readonly ready: boolean }
  | { readonly number: number; readonly answer: Answer }
  | { readonly number: number; readonly problem: string }
  | { readonly number: number; readonly bug: string };

if (typeof document === "undefined") work();
else void open();

async function open(): Promise<void> {
  const element = document.getElementById("model");
  const model = bytesOf(element?.textContent ?? globalThis.chainruleModel ?? "");
  // The text is larger than the model, and is needed no more.
  element?.remove();
  globalThis.chainruleModel = undefined;
  const recognise = (await inWorker(model)) ?? inPage(model);
  openPage({ recognise, together: 1 });
}

function bytesOf(base64: string): Uint8Array {
  const text = atob(base64.trim());
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The net in the page's own thread; it is made with the first picture. */
function inPage(model: Uint8Array): Recognise {
  let net: Net | null = null;
  return (picture) => (net ??= new Net(model)).answer(picture);
}

/** The net in a worker; null where none starts. */
function inWorker(model: Uint8Array): Promise<Recognise | null> {
  return new Promise((resolve) => {
    try {
      const text = new Blob([`(${globalThis.chainrulePage})();`], { type: "text/javascript" });
      const worker = new Worker(URL.createObjectURL(text));
      const waiting = new Map<number, (told: FromWorker) => void>();
      let asked = 0;
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if ("ready" in data) resolve(data.ready ? recognise : null);
        else waiting.get(data.number)?.(data);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        resolve(null);
        for (const [number, take] of waiting) take({ number, bug: event.message });
      };
      const recognise: Recognise = async (picture) => {
        const number = ++asked;
        const told = await new Promise<FromWorker>((take) => {
          waiting.set(number, take);
          worker.postMessage({ number, picture } satisfies ToWorker);
        });
        waiting.delete(number);
        if ("answer" in told) return told.answer;
        throw "problem" in told ? new Problem(told.problem) : new Error("bug" in told ? told.bug : "no answer");
      };
      worker.postMessage({ model } satisfies ToWorker);
    } catch {
      resolve(null);
    }
  });
}

/** The worker's part. */
function work(): void {
  let net: Net | null = null;
  const send = (told: FromWorker) => postMessage(told);
  addEventListener("message", async ({ data }: MessageEvent<ToWorker>) => {
    if ("model" in data) {
      try {
        net = new Net(data.model);
        send({ ready: true });
      } catch {
        // The page tries it itself, and says what is wrong.
        send({ ready: false });
      }
      return;
    }
    const { number, picture } = data;
    try {
      if (net === null) throw new Error("internal: the model has not come");
      send({ number, answer: await net.answer(picture) });
    } catch (error) {
      if (error instanceof Problem) send({ number, problem: error.message });
      else send({ number, bug: String(error) });
    }
  });
}
