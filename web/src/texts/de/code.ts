// Die Programme der Teile, und wo sie laufen.
import type { Texts } from "../en/index.ts";

export const code: Texts["code"] = {
  show: "Code zeigen",
  hide: "Code verbergen",
  loading: "Der Editor wird geladen …",
  notLoaded: "Der Editor konnte nicht geladen werden. Schließe und öffne ihn, um es noch einmal zu versuchen.",
  about:
    "Dieses Programm tut, was oben zu sehen ist, mit denselben Einstellungen. Ändere es und führe es hier aus, oder kopiere es in eine Datei und führe es mit Node aus.",
  aboutPageOnly:
    "Dieses Programm tut, was oben zu sehen ist, mit den Bildern, die dein Browser gespeichert hat. Ändere es und führe es hier aus.",
  keys: "Tab verlässt den Editor; Strg+Enter führt das Programm aus. Es kann Dateien dieser Website lesen und keine anderen.",
  editor: "Programm",
  output: "Ausgabe",
  run: "Ausführen",
  stop: "Stoppen",
  reset: "Auf das ursprüngliche Programm zurücksetzen",
  wasReset: "Deine Änderungen am Programm wurden verworfen.",
  copy: "Kopieren",
  copied: "Kopiert.",
  copyByHand: "Der Browser erlaubt diesem Knopf das Kopieren nicht. Das Programm ist markiert: Drücke Strg+C.",
  nothingYet: "Hier erscheint, was das Programm ausgibt.",
  running: "Läuft …",
  full: "Läuft. Es gibt zu viel Ausgabe: Die letzten Zeilen folgen am Ende.",
  ended: (seconds) => `Nach ${seconds} s beendet.`,
  endedSilently: "Das Programm ist beendet und hat nichts ausgegeben.",
  stopped: (seconds) => `Nach ${seconds} s gestoppt.`,
  leftOut: (count) => `… ${count} Ausgaben werden hier nicht gezeigt …`,
  inLine: (line, what) => `Zeile ${line}: ${what}`,
  cannotImport: (name) =>
    name === "chainrule/node"
      ? "chainrule/node liest Dateien, und eine Seite hat keine. Lade Daten mit fetch und lies sie mit readIdx aus chainrule/data."
      : `„${name}“ kann hier nicht importiert werden. Ein Programm auf dieser Seite kann chainrule, chainrule/scalar, chainrule/data, chainrule/model, chainrule/distributions, chainrule/train und chainrule/io importieren.`,
  computedImport: "import() braucht hier den Namen eines Moduls in Anführungszeichen.",
  notStarted: (why) => `Der Browser hat das Programm nicht gestartet: ${why}`,
};
