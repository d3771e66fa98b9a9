// Teil 4: ein Netz, das Bilder erkennt.
import type { Texts } from "../en/index.ts";
import { reasonOf } from "./gpu.ts";

const count = (x: number) => x.toLocaleString("de");
const listed = (names: readonly string[]) =>
  names.length > 4 ? `${names.slice(0, 3).join(", ")}, …` : names.join(", ");

export const images: Texts["images"] = {
  name: "Bilder",
  title: "Ein Netz, das Bilder erkennt",
  lead: "Zeichne eine Ziffer. Das Netz weiß noch nichts. Drücke „Trainieren“: In wenigen Sekunden lernt es aus 10.000 handgeschriebenen Ziffern, hier in deinem Browser.",

  engineStopped: (reason) => `Die Berechnung ist abgebrochen: ${reason}.`,
  notInLink:
    "Der Link enthält kein Bild und keine Zeichnung mit mehr als etwa 780 Punkten. Er enthält die Wahl von Netz und Bildern.",
  startAgain: "Neu starten",
  tryAgain: "Noch einmal versuchen",
  offline: "Ist dieser Rechner online?",
  replaced: {
    net: "Das trainierte Netz wurde ersetzt.",
    data: "Deine Daten und ihre Netze wurden ersetzt.",
  },

  pad: {
    label: "Zeichenfläche",
    hint: "Zeichne hier eine Ziffer",
    keys: "Mit der Tastatur: Die Pfeiltasten bewegen den Stift, die Leertaste setzt ihn auf oder hebt ihn ab, die Rücktaste macht rückgängig.",
    clear: "Leeren",
    undo: "Rückgängig",
  },

  verdict: {
    figure: "Die Antwort des Netzes",
    nothing: "Noch ist nichts gezeichnet.",
    waiting: "…",
    untrained: "Das Netz ist noch nicht trainiert.",
    strange: "Anders als alles, was es gelernt hat.",
    sure: (name, share) => `Sieht aus wie ${name}, ${share}`,
    unsure: (name, share) => `Vielleicht ${name}, ${share}`,
    caption:
      "Die Wahrscheinlichkeit, die das Netz jeder Klasse gibt. Wähle eine Klasse, um zu sehen, welche Pixel für sie zählen.",
    classHead: "Klasse",
    barHead: "Balken",
    shareHead: "Wahrscheinlichkeit",
    whichPixels: (name) => `Welche Pixel zählen für ${name}?`,
  },

  reads: {
    title: "Was das Netz liest",
    words: "Deine Zeichnung, zentriert und auf 28 × 28 Pixel verkleinert, wie die Trainingsbilder.",
    plainWords: (size) => `Dein Bild, verkleinert auf ${size} Pixel.`,
    label: (width, height) => `Das Bild, das das Netz liest, ${width} mal ${height} Pixel`,
    saliency: "Welche Pixel zählen",
    saliencyFor: (name) => `Welche Pixel für ${name} zählen`,
    above: "Blau",
    raises: (name) => `: Mehr Tinte hier erhöht den Wert von ${name}.`,
    below: "Orange",
    lowers: ": Mehr Tinte hier senkt ihn. Das ist der Gradient des Werts nach jedem Pixel.",
    draw: "Zeichne etwas, um es zu sehen.",
  },

  pictures: {
    choose: "Bilder auswählen",
    words: "Oder ziehe Bilder irgendwo auf diese Seite, oder füge eines ein. Sie bleiben in diesem Browser.",
    label: "Deine Bilder",
    clear: "Bilder entfernen",
    put: (name, verdict) => `${name}: ${verdict} Auf die Zeichenfläche legen.`,
    strange: "anders",
    refused: "nicht lesbar",
    untrained: "–",
    reading: "Dateien werden gelesen …",
    dropHere: "Lass es irgendwo los: Das Netz sieht es sich an.",
  },

  training: {
    figure: "Das Training",
    net: "Netz",
    mlp: "MLP",
    cnn: "Faltungsnetz",
    own: (name) => (name === "" ? "Aus einer Datei" : name),
    amount: "Trainingsbilder",
    some: "10.000",
    all: (isMnist) => (isMnist ? "alle 60.000" : "alle"),
    device: "Trainiert auf",
    processor: "Prozessor",
    gpu: "GPU",
    gpuIs: (adapter) => `GPU: ${adapter}`,
    softwareGpu: (adapter) => `${adapter}: eine GPU in Software, die auf dem Prozessor rechnet`,
    refusedGpu: (adapter, refusal) =>
      `Die GPU ${adapter} wird nicht verwendet; trainiert wird auf dem Prozessor. ${reasonOf(refusal)}`,
    train: "Trainieren",
    pause: "Anhalten",
    resume: "Weiter",
    more: "Weiter trainieren",
    reset: "Zurücksetzen",
    test: "Testen",
    fetching: "Bilder werden geladen",
    waiting: "Das Training wartet, solange dieser Teil nicht zu sehen ist.",
    accuracy: "Genauigkeit im Test",
    accuracyBefore: "Wie viele von 10.000 Ziffern, die es nie gesehen hat, wird es erkennen? Raten schafft 10 %.",
    accuracyOf: (number, guessing) =>
      `von ${number} Testbildern erkannt; Raten schafft ${guessing}. Aus diesen lernt das Netz nie.`,
    aloudTraining: "Training läuft",
    aloudTested: (share) => `Genauigkeit im Test ${share}`,
    epoch: "Epoche",
    epochOf: (epoch, epochs) => `${epoch} von ${epochs}`,
    testing: "Test",
    speed: "Bilder/s",
    threads: "Threads",
    seconds: "Sekunden",
    pictures: "Bilder",
    oneThread:
      "Ein Thread: Diese Seite kam ohne die beiden Header, die ihr gemeinsamen Speicher geben. Alles funktioniert, aber langsamer.",
    layers: (layers, weights) => `${layers}: ${weights} Gewichte`,
    fromFile: (name, rest) => `${name}: ${rest}`,
    accuracyName: "Genauigkeit, %",
    accuracyLabel: "Genauigkeit während des Trainings",
    lossName: "Loss",
    lossLabel: "Loss während des Trainings",
    training: "Training",
    testLine: "Test",
    loss: "Loss",
    xName: "Tausend Bilder",
    epochMark: (epoch) => `Epoche ${epoch}`,
  },

  layers: {
    Conv2d: ([, filters, side]) => `${filters} Filter von ${side}×${side}`,
    Linear: ([, neurons]) => (neurons === 1 ? "1 Neuron" : `${neurons} Neuronen`),
    MaxPool2d: ([side]) => `Max-Pooling ${side}×${side}`,
    AvgPool2d: ([side]) => `Mittelwert-Pooling ${side}×${side}`,
    BatchNorm2d: () => "Batch-Norm",
    Flatten: () => "Flatten",
    ReLU: () => "ReLU",
  },

  inside: {
    title: "Im Netz",
    question:
      "Wie kommt es von Pixeln zu einer Ziffer? Zeige auf eine Zahl, oder gehe mit den Pfeiltasten zu ihr, und sieh, wie sie berechnet wird. Ein Klick vergrößert eine Karte.",
    empty: "Zeichne etwas: Hier steht dann die Ausgabe jeder Schicht.",
    picture: "das Bild",
    scores: "Werte der Klassen",
    softmax: "Softmax",
    maps: (number, width, height) => `${number} ${number === 1 ? "Karte" : "Karten"} von ${width}×${height}`,
    numbers: (number) => `${number} Zahlen`,
    layer: (title, size) => `${title}: ${size}. Die Pfeiltasten gehen hindurch.`,
    map: (number) => `Karte ${number}`,
    neuron: (number) => `Zahl ${number}`,
    at: (x, y) => `Spalte ${x}, Zeile ${y}`,
    window: "Fenster",
    filter: "Filter",
    weights: "Gewichte",
    channel: (number) => `Karte ${number}`,
    sum: "Summe der Produkte",
    bias: "Bias",
    total: "zusammen",
    after: { ReLU: "nach ReLU: null, wenn negativ", BatchNorm2d: "nach Batch-Norm" },
    largest: "Die größte dieser Zahlen geht weiter.",
    mean: "Der Mittelwert dieser Zahlen geht weiter.",
    closed: (layer) => `${layer} hat viele eigene Schichten, die hier nicht gezeigt werden.`,
    convolution:
      "Jede Zahl des Fensters mal der Zahl des Filters an derselben Stelle. Die Summe aller Produkte und der Bias ergeben die Zahl der Karte.",
    linear: "Jede Zahl der Schicht davor mal ihrem Gewicht. Die Summe aller Produkte und der Bias ergeben diese Zahl.",
    input: "Das Bild als Zahlen: Helligkeit minus Mittelwert, geteilt durch die Streuung.",
    scoresToShares: "e hoch jeden Wert, geteilt durch die Summe aller.",
    score: "Wert",
    power: "e^Wert",
    share: "Anteil",
    hint: "Zeige auf eine Zahl in einer Karte, um zu sehen, wie sie berechnet wird.",
  },

  weights: {
    title: "Worauf die erste Schicht achtet",
    filters: (number, side, trained) =>
      `${number} Filter von ${side} Gewichten, ${trained ? "so weit sie gelernt sind" : "noch zufällig"}. Tinte unter `,
    neurons: (number, side, trained) =>
      `${number} Neuronen mit je ${side} Gewichten, ${trained ? "so weit sie gelernt sind" : "noch zufällig"}. Tinte unter `,
    above: "Blau",
    raises: " erhöht die Ausgabe, Tinte unter ",
    below: "Orange",
    lowers: " senkt sie.",
    label: (number, side) => `Die Gewichte der ersten Schicht: ${number} Bilder von ${side}`,
  },

  confusion: {
    title: "Konfusionsmatrix",
    before:
      "Nach jeder Epoche, einem Durchgang durch die Trainingsbilder, wird das Netz mit Bildern getestet, die es nie gesehen hat.",
    tooMany: (number) => `Eine Tabelle mit ${number} Klassen wäre zu groß für diese Seite.`,
    words: (number) =>
      `Zeilen: die wahre Klasse. Spalten: die Antwort des Netzes. Jede Zahl zählt Testbilder, insgesamt ${number}.`,
  },

  mistakes: {
    title: "Fehler",
    before: "Hier stehen dann die Testbilder, die das Netz nicht erkennt.",
    none: "Es gibt keine: Das Netz hat jedes Testbild erkannt.",
    words:
      "Die falschen Antworten mit der höchsten Wahrscheinlichkeit: die wahre Klasse, dann die Antwort, durchgestrichen. Hättest du es gewusst? Wähle eines, um es auf die Zeichenfläche zu legen.",
    takenFor: "gehalten für",
    sure: (share) => `, zu ${share} sicher. Auf die Zeichenfläche legen`,
  },

  files: {
    title: "Netze speichern und öffnen, oder mit eigenen Daten trainieren",
    words: "Öffne ein Netz (.safetensors) von dieser Seite oder von ",
    words2:
      ", oder einen Datensatz: IDX-Dateien wie die von Fashion-MNIST, Bilder und Labels zusammen, mit oder ohne .gz. Nichts wird gesendet.",
    choose: "Dateien öffnen",
    save: "Netz speichern",
    saveOnnx: "Als ONNX speichern",
    mnist: "Zurück zu MNIST",
  },

  told: {
    loaded: ({ name }) => `${name} ist geladen: Zeichne etwas.`,
    data: ({ name, width, height, train, test }) =>
      `${name === "fashion-mnist" ? "Fashion-MNIST" : "Deine Daten"}: ${count(train)} Bilder von ${width}×${height} zum Lernen, ${count(test)} zum Testen. Drücke „Trainieren“.`,
    scaledDown: ({ name, width, height }) =>
      `${name} hat mehr als 50 Millionen Pixel. Es wurde auf ${width}×${height} verkleinert.`,
    severalKinds: () => "Diese Dateien sind von verschiedener Art. Wähle Bilder, oder ein Netz, oder einen Datensatz.",
    empty: ({ name }) => `${name} ist leer. Wähle eine andere Datei.`,
    format: ({ name, format }) =>
      `${name} ist eine Datei der Art ${format}, die dieser Browser nicht lesen kann. Speichere sie als JPEG oder PNG, oder füge einen Screenshot davon ein.`,
    unreadable: ({ name }) =>
      `${name} ist nicht lesbar: beschädigt, zu groß für diesen Browser, oder kein Bild. Öffne die Datei in einem anderen Programm und speichere sie als JPEG oder PNG.`,
    noInk: ({ name }) => `In ${name} ist nichts gezeichnet. Wähle das Bild einer Ziffer.`,
    damagedIdx: ({ name, words }) => `${name} ist beschädigt oder keine IDX-Datei: ${words}.`,
    damagedModel: ({ name, words }) => `${name}: ${words}.`,
    idxType: ({ name, type }) => `${name} hat Zahlen der Form ${type}. Bilder sind uint8[N, H, W], Labels uint8[N].`,
    idxPairs: ({ names }) =>
      `${names.join(" und ")}: Wähle eine Datei mit Bildern und eine mit Labels, für Training und Test.`,
    noLabels: ({ name }) => `${name} hat Bilder ohne Labels. Wähle die Datei mit den Labels dazu.`,
    noPictures: ({ name }) => `${name} hat Labels ohne Bilder. Wähle die Datei mit den Bildern dazu.`,
    counts: ({ name, count: number, other, otherCount }) =>
      `${name} hat ${number} Bilder, aber ${other} hat ${otherCount} Labels. Wähle zwei Dateien, die zusammengehören.`,
    tooFew: ({ name, count: number, least }) =>
      `${name} hat ${number} Bilder. Zum Training braucht es mindestens ${least}.`,
    pictureSize: ({ name, width, height, most }) =>
      `${name} hat Bilder von ${width}×${height}. Diese Seite trainiert mit Bildern bis ${most}×${most}.`,
    unequalSizes: () => "Trainingsbilder und Testbilder sind verschieden groß.",
    misfit: ({ input, classes, data, dataInput, dataClasses }) =>
      `Dieses Netz nimmt Bilder von ${input} und kennt ${classes.length} Klassen (${listed(classes)}). Die Bilder von ${data} sind ${dataInput} groß, in ${dataClasses.length} Klassen (${listed(dataClasses)}). Du kannst für dieses Netz zeichnen. Zum Trainieren wähle oben ein anderes Netz.`,
    fetch: ({ file, words }) => `${file} konnte nicht geladen werden: ${words}.`,
    arrivedDamaged: ({ file, words }) => `${file} kam beschädigt an: ${words}.`,
    gpuFailed: ({ refusal }) =>
      `Das Training hat die GPU verlassen und geht auf dem Prozessor weiter, vom letzten Zwischenstand an. ${reasonOf(refusal)}`,
  },
};
