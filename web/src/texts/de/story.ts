// Die Seite um ihre Teile: Kopfzeile, Anfang, Präsentation, und Meldungen, die zu keinem Teil gehören.
import type { Texts } from "../en/index.ts";

export const story: Texts["story"] = {
  title: "So lernen neuronale Netze – chainrule",
  description:
    "Zeichne eine Ziffer, und ein neuronales Netz liest sie. Sieh dann einem Neuron beim Lernen zu, trainiere ein Netz und einen Bildklassifikator, alles in deinem Browser. Nichts wird gesendet.",
  heading: "So lernen neuronale Netze",
  lead: (parts: number) =>
    `Zeichne eine Ziffer: Ein neuronales Netz liest sie, während du zeichnest. Es ist eine lange Formel aus Produkten und Summen, die ihre Zahlen aus Beispielen gelernt hat. Wie das geht, zeigen ${parts} Teile, vom einzelnen Neuron bis zum Klassifikator, den du selbst trainierst.`,
  local:
    "Alles wird in deinem Browser berechnet, von chainrule, einer Bibliothek für neuronale Netze in TypeScript. Nichts, was du zeichnest oder lädst, wird gesendet.",
  begin: "Mit einem Neuron anfangen",
  trainOwn: "Jetzt ein eigenes trainieren",
  pad: "Eine Ziffer zeichnen",
  answer: (digit: string, share: string) => `Ich lese eine ${digit}, zu ${share} sicher`,
  unsure: (digit: string, share: string) => `Vielleicht eine ${digit}, zu ${share} sicher`,
  over: (share: string) => `über ${share}`,
  empty: "Noch ist nichts gezeichnet.",
  loading: "Das Netz wird geladen …",
  cannot: (reason: string) => `Das Netz konnte nicht geladen werden: ${reason}.`,
  answered: (status: number) => `Der Server antwortete mit ${status}`,
  chances: "Was das Netz in der Zeichnung sieht",
  record: (accuracy: string, test: string, train: string) =>
    `Das Netz hat aus ${train} handgeschriebenen Ziffern gelernt und liest ${accuracy} von ${test} anderen richtig. Es kennt nur Ziffern: Auch ein Buchstabe ist für das Netz eine Ziffer.`,
  source: "Quelltext",
  guide: "Anleitung",
  install: "Das Paket enthält Quelltext, Anleitung und Beispiele:",
  skip: "Zum ersten Teil springen",
  parts: "Teile",
  language: "Sprache",
  languageMissing: (name: string) => `${name} konnte nicht geladen werden. Bist du offline?`,
  useDark: "Dunkle Farben",
  useLight: "Helle Farben",
  present: "Im Vollbild präsentieren",
  presentation: "Präsentation",
  slideBack: "Zurück",
  slideOn: "Weiter",
  slide: (number: number, of: number) => `${number} von ${of}`,
  leave: "Beenden",
  partMissing: "Dieser Teil konnte nicht geladen werden. Bist du offline?",
  again: "Noch einmal versuchen",
  reload: "Seite neu laden",
  newVersion: "Es gibt eine neue Version dieser Seite.",
  takeVersion: "Neue Version laden",
  undo: "Rückgängig",
  close: "Schließen",
};
