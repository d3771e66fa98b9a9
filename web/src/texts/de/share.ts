// Links, Rahmen und Bilder eines Teils.
import type { Texts } from "../en/index.ts";

export const share: Texts["share"] = {
  share: "Teilen",
  sharePart: (title) => `Teilen: ${title}`,
  close: "Schließen",
  loading: "Wird geladen …",
  notLoaded: "Das konnte nicht geladen werden. Schließe und öffne das Fenster, um es noch einmal zu versuchen.",
  link: "Link zu diesem Teil mit seinen Einstellungen",
  copyLink: "Link kopieren",
  linkCopied: "Der Link ist kopiert.",
  frame: "HTML, das diesen Teil auf einer anderen Seite zeigt",
  copyFrame: "HTML kopieren",
  frameCopied: "Das HTML ist kopiert.",
  copyByHand: "Der Browser erlaubt diesem Knopf das Kopieren nicht. Der Text ist markiert: Drücke Strg+C.",
  pictures: "Als PNG speichern",
  drawing: "Das Bild wird gezeichnet …",
  saved: (file) => `Gespeichert als ${file}.`,
  notSaved: (why) => `Das Bild konnte nicht gezeichnet werden: ${why}`,
  wholePage: "Die ganze Seite öffnen",
};
