// Teil 5: eigene Klassen, aus Bildern.
import type { Texts } from "../en/index.ts";

export const classes: Texts["classes"] = {
  name: "Eigene Klassen",
  title: "Bring einem Netz eigene Klassen bei",
  lead: "Eine Klasse ist eine Art von Dingen, etwa Tassen oder Löffel. Benenne zwei oder mehr, gib jeder ein paar Bilder und trainiere. Deine Bilder bleiben in diesem Browser: Nichts wird hochgeladen.",

  withoutWorkers:
    "Dieser Browser hat keine Modul-Worker, darum kann er hier keine Klassen lernen. Das Neuron oben auf der Seite funktioniert trotzdem.",
  withoutVectors:
    "Dieser Browser hat kein WebAssembly-SIMD, das alle Browser seit 2023 haben, darum kann er hier keine Klassen lernen. Das Neuron oben auf der Seite funktioniert trotzdem.",
  stopped: (reason: string) => `Die Berechnung ist abgebrochen: ${reason}. Deine Bilder sind gespeichert.`,
  startAgain: "Neu starten",
  opening: "Gespeicherte Klassen werden gesucht …",

  classes: "Klassen",
  defaultName: (place: number) => `Klasse ${place}`,
  className: (place: number) => `Name der Klasse ${place}`,
  addClass: "Klasse hinzufügen",
  removeClass: (name: string) => `Klasse ${name} entfernen`,
  classRemoved: (name: string) => `Die Klasse ${name} und ihre Bilder wurden entfernt.`,
  pictures: (count: number) => (count === 1 ? "1 Bild" : `${count} Bilder`),
  picturesOf: (name: string) => `Bilder von ${name}. Die Taste Entf entfernt das ausgewählte Bild.`,
  picture: (place: number, count: number) => `Bild ${place} von ${count}`,
  remove: (place: number) => `Bild ${place} entfernen`,
  picturesRemoved: (count: number, name: string) =>
    count === 1 ? `Ein Bild von ${name} wurde entfernt.` : `${count} Bilder von ${name} wurden entfernt.`,
  camera: "Kamera",
  files: "Dateien",
  draw: "Zeichnen",
  cameraFor: (name: string) => `Kamera für ${name}`,
  filesFor: (name: string) => `Bilddateien für ${name} wählen`,
  drawFor: (name: string) => `Bilder für ${name} zeichnen`,
  hint: "Bilder lassen sich auch auf eine Klasse ziehen oder einfügen. Ein Ordner, den du hierher ziehst, wird eine Klasse.",
  reading: (count: number) => (count === 1 ? "Ein Bild wird gelesen …" : `${count} Bilder werden gelesen …`),
  lost: (count: number) =>
    count === 1
      ? "Der Browser hat ein gespeichertes Bild gelöscht."
      : `Der Browser hat ${count} gespeicherte Bilder gelöscht.`,
  noFile: "Das ist keine Datei. Speichere das Bild zuerst und zieh dann die Datei hierher.",

  startCamera: "Kamera einschalten",
  stopCamera: "Kamera ausschalten",
  otherCamera: "Andere Kamera",
  startingCamera: "Der Browser fragt, ob diese Seite die Kamera benutzen darf …",
  hold: "Zum Aufnehmen halten",
  recorded: (count: number) => `${count} aufgenommen`,
  viewfinder: "Was die Kamera sieht",
  cameraProblems: {
    refused:
      "Die Kamera ist hier nicht erlaubt. In den Einstellungen des Browsers lässt sie sich für diese Seite erlauben.",
    none: "Es gibt keine Kamera. Dateien, eingefügte Bilder und Zeichnungen gehen trotzdem.",
    busy: "Die Kamera startet nicht. Vielleicht benutzt sie ein anderes Programm.",
    insecure:
      "Browser geben die Kamera nur Seiten, die über https kommen. Dateien, eingefügte Bilder und Zeichnungen gehen trotzdem.",
    other: "Die Kamera startet nicht. Dateien, eingefügte Bilder und Zeichnungen gehen trotzdem.",
  },

  pad: "Zeichenfläche",
  padHint: "Hier zeichnen",
  padKeys:
    "Die Pfeiltasten bewegen den Stift, die Leertaste setzt ihn auf oder hebt ihn ab, die Rücktaste entfernt die letzte Linie.",
  addDrawing: "Zeichnung hinzufügen",
  clear: "Leeren",

  training: "Training",
  method: "Beginnen mit",
  features: "vortrainiertem Netz",
  conv: "Zufallsgewichten",
  featuresWords:
    "Das Netz EfficientNet-Lite0 wurde mit einer Million Fotos trainiert. Es macht aus jedem deiner Bilder 1280 Zahlen, und ein kleiner Klassifikator lernt aus diesen. Am besten für Fotos und die Kamera.",
  convWords: "Ein kleines Faltungsnetz lernt allein aus deinen Bildern. Es braucht mehr davon. Gut für Zeichnungen.",
  train: "Trainieren",
  trainAfterFetching: (size: string) => `Trainieren (lädt einmal ${size})`,
  stop: "Stopp",
  stages: {
    fetching: "Das vortrainierte Netz wird geladen",
    features: "Die Merkmale der Bilder werden berechnet",
    fitting: "Training läuft",
    testing: "Test mit zurückgelegten Bildern",
  },
  missing: {
    classes: "Zum Training gehören mindestens zwei Klassen.",
    name: (place: number) => `Klasse ${place} braucht einen Namen.`,
    same: (name: string) => `Zwei Klassen heißen ${name}.`,
    pictures: (name: string) => `${name} hat noch keine Bilder.`,
  },
  stale: "Die Klassen haben sich seit dem Training geändert. Trainiere neu, damit die Änderungen zählen.",
  few: (least: number) =>
    least === 1
      ? "Eine Klasse hat nur ein Bild. Mit zehn oder mehr je Klasse wird das Netz besser und diese Zahl sicherer."
      : `Eine Klasse hat nur ${least} Bilder. Mit zehn oder mehr je Klasse wird das Netz besser und diese Zahl sicherer.`,

  accuracy: "richtig bei Bildern, aus denen es nicht gelernt hat",
  judged: (right: string, count: string) => `${right} von ${count} Bildern`,
  range: (low: string, high: string) => `Bei neuen Bildern dieser Art sind ${low} bis ${high} zu erwarten.`,
  folds: (folds: number) =>
    `Kreuzvalidierung: ${folds}-mal blieb ein Teil der Bilder beim Training weg und wurde zum Testen benutzt.`,
  alike: "Die Bilder einer Aufnahme ähneln einander sehr, neue Bilder können also schwerer sein.",
  notJudged: "Bei einem Bild je Klasse kann keines weggelassen werden. Wie gut das Netz ist, weiß man darum nicht.",
  mistakes: "Bei diesen lag es falsch:",
  mistake: (truth: string, answer: string) => `${truth}, gehalten für ${answer}`,
  takenFor: (answer: string) => `gehalten für ${answer}`,
  more: (count: number) => `und ${count} weitere`,
  fromFile: (name: string) => `Dieses Modell kommt aus ${name}.`,
  untrained: "Noch ist nichts trainiert.",

  save: "Modell speichern",
  saveOnnx: "Als ONNX speichern",
  openModel: "Modell öffnen",
  saveWords: (file: string) => `${file} ist auch für die Kommandozeile:`,
  modelReplaced: (name: string) => `Das trainierte Modell wurde durch ${name} ersetzt.`,

  answer: "Antwort",
  answerTo: "Antwort auf",
  liveCamera: "Kamera",
  liveFile: "Datei",
  liveDrawing: "Zeichnung",
  chooseFile: "Bild wählen",
  dropFile: "Zieh ein Bild hierher oder wähle eines.",
  looking: "Es schaut …",
  noModel: "Trainiere zuerst. Dann antwortet das Netz hier sofort.",
  nothingShown: "Zeig ihm etwas.",
  says: (name: string, share: string) => `${name}, ${share}`,
  unlike: "Es ist keinem der gelernten Bilder ähnlich, die Antwort bedeutet also vielleicht nichts.",
  probabilities: "Die Wahrscheinlichkeit jeder Klasse",

  problems: {
    fetch: (details: string) =>
      `Das vortrainierte Netz konnte nicht geladen werden (${details}). Drück nochmals auf Trainieren, oder beginne mit Zufallsgewichten.`,
    storage: "Der Browser speichert keine weiteren Bilder. Nach dem Neuladen sind die neuen verloren.",
  },
  notInLink:
    "Ein Link enthält weder deine Bilder noch das trainierte Modell. Speichere das Modell, um es weiterzugeben.",
  figureJudged: "Genauigkeit",
  figureAnswer: "Antwort",
};
