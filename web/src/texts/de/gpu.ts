// Warum eine GPU nicht verwendet wird.
import type { Texts } from "../en/index.ts";
import { reasonIn } from "../reason.ts";

export const gpu: Texts["gpu"] = {
  wrong: (op) =>
    `In einer Prüfung hat sie „${op}“ falsch berechnet. Eine neue Version des Browsers oder des Grafiktreibers kann helfen.`,
  lost: "Das System hat sie dieser Seite weggenommen, wie es das tut, wenn ein Treiber erneuert wird oder wenn es zu viel zu tun hat.",
  memory: "Sie hat zu wenig Speicher für dieses Netz.",
  failed: "Sie hat mit einem Fehler aufgehört.",
};

export const reasonOf = reasonIn(gpu);
