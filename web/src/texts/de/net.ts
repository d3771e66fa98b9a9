// Teil 2: ein Netz aus Neuronen für Punkte der Ebene.
import type { Texts } from "../en/index.ts";

export const net: Texts["net"] = {
  name: "Netz",
  title: "Ein Netz aus Neuronen",
  lead: "Ein Netz lernt, blaue Punkte von orangen zu unterscheiden. Drücke auf Trainieren oder ändere etwas. Jedes kleine Bild zeigt, was ein Neuron antwortet. Die Genauigkeit im Test zählt Punkte, die das Netz nie gesehen hat.",

  train: "Trainieren",
  pause: "Pause",
  step: "Schritt",
  reset: "Zurücksetzen",
  linkTooShort: (edits: number, all: number, step: string) =>
    `Der Link enthält ${edits} der ${all} Änderungen dieses Laufs; die übrigen passen nicht hinein. Er führt zu Schritt ${step}.`,
  unread: (parts: string) =>
    `Der Link hat Einstellungen, die diese Seite nicht kennt: ${parts}. Stattdessen gelten die Standardwerte.`,

  figures: { step: "Schritt", loss: "Loss", accuracy: "Genauigkeit", testAccuracy: "Genauigkeit im Test" },
  status: {
    ready: "Bereit",
    training: "Trainiert",
    paused: "Pausiert",
    away: "Pausiert, solange nicht zu sehen",
    replaying: (step: string, until: string) => `Der Lauf des Links wird wiederholt: Schritt ${step} von ${until}`,
    pausedAt: (step: string, loss: string) => `Pausiert bei Schritt ${step}, Loss ${loss}`,
    stopped: "Angehalten",
  },
  lost: "Der Loss ist keine Zahl mehr: Die Lernrate ist zu hoch. Wähle eine kleinere und drücke auf Zurücksetzen.",
  failed: (reason: string) => `Das Netz wurde angehalten: ${reason}`,
  goOn: "Neu starten",

  replaced: "Ein neues Netz hat das bisherige ersetzt.",
  replacedByLink: "Das Netz des Links hat das bisherige ersetzt.",
  wasReset: "Das Netz ist wieder bei Schritt 0.",
  pointsRemoved: (count: number) => `${count} Punkte entfernt.`,

  data: "Daten",
  dataNames: { moons: "Monde", circles: "Kreise", xor: "XOR", spirals: "Spiralen", yours: "Eigene" },
  noise: "Rauschen",
  count: "Punkte",
  seed: "Startwert",
  showTest: "Testpunkte zeigen",
  inputs: "Eingaben",
  input: (name: string) => `Eingabe ${name}`,
  recipe: "Mit diesen Einstellungen lernt das Netz diese Daten vielleicht nicht.",
  takeRecipe: "Passende Einstellungen nehmen",

  hiddenLayers: "Verborgene Schichten",
  layerLess: "Eine Schicht weniger",
  layerMore: "Eine Schicht mehr",
  neuronLess: (layer: number) => `Ein Neuron weniger in Schicht ${layer}`,
  neuronMore: (layer: number) => `Ein Neuron mehr in Schicht ${layer}`,
  neuronsIn: (count: number, layer: number) => `${count} Neuronen in Schicht ${layer}`,
  activation: "Aktivierung",
  learningRate: "Lernrate",
  regularisation: "Regularisierung",
  inputsColumn: "Eingaben",
  outputColumn: "Ausgabe",
  output: "Die Ausgabe",
  neuron: (neuron: number, layer: number) => `Neuron ${neuron} der Schicht ${layer}`,
  weightsOf: (name: string) => `${name}: Gewichte`,
  neuronInput: (neuron: number) => `Neuron ${neuron}`,
  weightOf: (input: string) => `Gewicht von ${input}`,
  bias: "Bias",
  gradient: (value: string) => `Gradient ${value}`,
  close: "Schließen",
  dragWeight:
    "Das Training wartet, während du ziehst. Der Gradient sagt, wie schnell sich der Loss mit dem Gewicht ändert.",

  outputOfNet: "Ausgabe des Netzes",
  outputOf: (name: string) => `Ausgabe: ${name}`,
  surfaceLabel: "Die Ausgabe des Netzes in jedem Punkt der Ebene: blau über null, orange darunter",
  neuronLabel: "Die Ausgabe dieses Neurons in jedem Punkt der Ebene",
  newPoints: "Neue Punkte sind",
  blue: "blau",
  orange: "orange",
  removePoints: "Alle Punkte entfernen",
  full: (count: number) => `Mehr als ${count} Punkte passen nicht in einen Link.`,
  addPoints: (count: number, x: string, y: string) =>
    `Punkte setzen: klicken, oder mit den Pfeiltasten bewegen und die Eingabetaste drücken. ${count} Punkte; der Zeiger ist bei ${x}; ${y}`,
  clickToAdd: "Klicke, um Punkte beider Farben zu setzen",

  stepAxis: "Schritt",
  lossByStep: "Loss nach Schritten",
  accuracyByStep: "Genauigkeit in Prozent nach Schritten",
  loss: "Loss",
  accuracyPercent: "Genauigkeit, %",
  training: "Training",
  test: "Test",
  forget: "Frühere Läufe entfernen",

  explain: [
    "Jedes kleine Bild zeigt die Ausgabe eines Neurons über der Ebene: blau über null, orange darunter. Die erste Schicht zieht gerade Grenzen; jede weitere verbindet die Bilder vor ihr.",
    "Eine Linie ist ein Gewicht: je dicker, desto größer; blau ist positiv, orange negativ. Das Training ändert jedes Gewicht ein wenig, gegen seinen Gradienten, damit der Loss sinkt.",
    "Testpunkte nehmen am Training nicht teil. Ist das Netz bei den Trainingspunkten gut und bei den Testpunkten schlecht, so hat es das Rauschen gelernt.",
  ],
  questions: [
    {
      ask: "Ohne verborgene Schichten: Kann das Netz noch Kreise lernen?",
      answer:
        "Nein. Ohne verborgene Schicht ist die Ausgabe eine gewichtete Summe von x und y. Die Grenze zwischen Blau und Orange ist deshalb eine Gerade, und der halbe Ring liegt auf der falschen Seite.",
    },
    {
      ask: "Und mit x² und y² als Eingaben, auch ohne verborgene Schicht?",
      answer:
        "Ja. Das Netz berechnet weiterhin eine einzige gewichtete Summe, aber von x² und y², und x² + y² = r² ist ein Kreis. Verborgene Schichten finden solche Eingaben selbst.",
    },
    {
      ask: "Was geschieht, wenn die Lernrate zu hoch ist?",
      answer:
        "Jeder Schritt geht zu weit und endet, wo der Loss größer ist als vorher; der nächste geht noch weiter. Das Training divergiert, und das Diagramm des Loss braucht eine logarithmische Skala.",
    },
  ],
  tryIt: "Ausprobieren",
  answer: "Antwort",
};
