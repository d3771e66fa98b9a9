// Part 1: one neuron.
import type { Texts } from "../en/index.ts";

/** "w", "w und b", "w1, w2 und b". */
const list = (names: readonly string[]) => new Intl.ListFormat("de").format(names);
/** "der Fehler" for a word that says so, "L" for a letter. */
const named = (root: string) => (/^(?:error|loss|cost)$/.test(root) ? `der Fehler (${root})` : root);
const begun = (words: string) => words.replace(/^der /, "Der ");

export const neuron: Texts["neuron"] = {
  name: "Neuron",
  title: "Ein Neuron",
  lead: "Ein Neuron multipliziert seine Eingabe mit einem Gewicht, addiert einen Bias und staucht die Summe. Der Fehler sagt, wie weit seine Antwort vom Ziel entfernt ist. Lernen heißt, den Fehler klein zu machen.",
  formula: {
    label: "Formel",
    hint: "Jeder Kasten ist eine Zahl. Zieh eine blaue zur Seite: Alle Zahlen, die aus ihr berechnet werden, ändern sich.",
    wrong: (fault) => `Diese Formel lässt sich nicht zeichnen: ${fault}.`,
    shown: "Das Bild zeigt die letzte Formel, die sich zeichnen ließ.",
    examples: "Beispiel",
    own: "eigene Formel",
    reset: "Zurücksetzen",
    wasReset: "Die Formel und ihre Zahlen wurden zurückgesetzt.",
    wasReplaced: "Eine andere Formel wurde gewählt.",
  },
  presets: {
    neuron: "Ein Neuron",
    examples: "Zwei Beispiele lernen",
    net: "Ein Netz aus drei Neuronen",
    micrograd: "Das Neuron von micrograd",
    twice: "Eine Zahl, zweimal benutzt",
    product: "Ein Produkt",
  },
  roles: { input: "Eingabe", weight: "Gewicht", bias: "Bias", target: "Ziel" },
  faults: {
    at: (fault, line, column) => `${fault} (${line === null ? "" : `Zeile ${line}, `}Spalte ${column})`,
    nothing: "noch steht nichts da, zum Beispiel L = x*y",
    functionAsName: (name) => `${name} ist eine Funktion; das Ergebnis braucht einen anderen Namen`,
    closingAlone: "zu dieser ) fehlt die (",
    closingMissing: "hier fehlt eine )",
    oneName: "vor dem = darf nur ein Name stehen",
    operatorMissing: (before, after) =>
      `zwischen ${before} und ${after} fehlt + - * / oder **, etwa ${before}*${after}`,
    valueMissing: "hier fehlt eine Zahl, ein Name oder eine (",
    openingMissing: (name) => `nach ${name} fehlt eine (, etwa ${name}(x)`,
    noFunction: (name, functions) => `es gibt keine Funktion ${name}, nur ${functions.join(", ")}`,
    noMeaning: (sign) => `${sign} hat hier keine Bedeutung`,
    tooLarge: (number) => `${number} ist zu groß`,
    valueAlready: (name) => `${name} hat schon einen Wert; das Ergebnis braucht einen anderen Namen`,
    usedBefore: (name) => `${name} wird benutzt, bevor es einen Wert hat; das Ergebnis braucht einen anderen Namen`,
    tooMany: (nodes, max) =>
      `das ergibt ${nodes} Zahlen, und das Bild kann höchstens ${max} zeigen; die Formel muss kürzer werden`,
  },
  graph: {
    region: (root) => `Graph von ${root}`,
    constant: (label) => `die Zahl ${label}`,
    value: (label, value) => `${label}: Wert ${value}`,
    unknown: (label) => `${label}: noch nicht berechnet`,
    gradient: (gradient) => `Gradient ${gradient}`,
    noGradient: "noch kein Gradient",
    leaf: (value, gradient, root, result) =>
      `${value}${gradient === null ? "" : `, Gradient ${gradient}`}; ${root} ist ${result}`,
    edit: (label) => `Wert von ${label}`,
    legend: { leaf: "Zahl zum Ziehen", value: "berechneter Wert", gradient: "Gradient" },
    zoomIn: "Vergrößern",
    zoomOut: "Verkleinern",
    fit: "Den ganzen Graphen zeigen",
  },
  phases: { label: "Eine Runde Lernen", values: "Rechnen", gradients: "Schuld", update: "Korrektur" },
  controls: {
    label: "Schritt für Schritt",
    compute: "Rechnen",
    blame: "Wer ist schuld?",
    matter: "Was zählt?",
    fix: "Korrigieren",
    pause: "Pause",
    goOn: "Weiter",
    learn: "Lernen",
    stop: "Anhalten",
    start: "Zum Anfang",
    back: "Einen Schritt zurück",
    forward: "Einen Schritt vor",
    end: "Alle Schritte dieser Runde",
    count: (round, step, steps) => `Runde ${round}, Schritt ${step} von ${steps}`,
  },
  tell: {
    heading: "Was geschieht",
    given: "Die Eingaben und die Gewichte sind gegeben. Berechne den Rest, eine Operation nach der anderen.",
    computed: (label, how) => `${label}: ${how}.`,
    error: (root, value) => `${begun(named(root))} beträgt ${value}. Er sollte 0 sein.`,
    blame: (learners) => `Welche Zahl ist schuld, und wie sehr? Nur ${list(learners)} lässt sich ändern.`,
    result: (root, value) => `${root} ist ${value}.`,
    matter: (root) => `Wenn sich eine Zahl ein wenig ändert, wie sehr ändert sich ${root}? Frag jede Zahl.`,
    fell: (root, before, after) => `${begun(named(root))} ist von ${before} auf ${after} gefallen.`,
    rose: (root, before, after) =>
      `${begun(named(root))} ist von ${before} auf ${after} gestiegen: Der Schritt war zu groß. Wähl eine kleinere Lernrate.`,
    stayed: (root, value) => `${begun(named(root))} ist bei ${value} geblieben.`,
    again: "Also noch einmal: Wer ist jetzt schuld?",
    seed: (label) =>
      `Fang am Ende an. Wenn sich ${label} ein wenig ändert, ändert sich ${label} genauso sehr: Der Gradient ist 1.`,
    sum: (what, products) => `${what}: ${products}.`,
    each: (product, label) => `${product} für ${label}`,
    incomplete: (label, times) =>
      `${label} wird ${times === 2 ? "zweimal" : `${times}-mal`} benutzt: Der Gradient ist noch nicht vollständig.`,
    meeting: (label, before, share, after) =>
      `${label} wird mehr als einmal benutzt, also addieren sich die Gradienten: ${before} + ${share} = ${after}.`,
    complete: (root) =>
      `Jede Zahl hat jetzt ihren Gradienten: Er sagt, wie sehr sich ${named(root)} ändert, wenn sich die Zahl ein wenig ändert. Dieser Weg zurück vom Ergebnis heißt Rückwärtsdurchlauf (backward pass).`,
    directions: (root, raise, lower) => {
      const parts = [
        ...(raise.length > 0 ? [`${list(raise)} erhöhen`] : []),
        ...(lower.length > 0 ? [`${list(lower)} senken`] : []),
      ];
      return `Damit ${named(root)} kleiner wird: ${parts.join(" und ")}.`;
    },
    noEffect: "Keine Zahl, die lernt, hat im Moment eine Wirkung.",
    running: (round, root, value) => `Runde ${round}: ${named(root)} beträgt ${value}.`,
    noLearner: "Keine Zahl dieser Formel lernt. Gib einer die Rolle eines Gewichts, dann lässt sie sich korrigieren.",
    notation: "Dasselbe in der Schreibweise der Mathematik: ∂ heißt eine sehr kleine Änderung.",
    update: "Jedes Gewicht geht ein Stück gegen seinen Gradienten: neu = alt − Lernrate × Gradient.",
  },
  does: {
    "+": "Eine Summe gibt den Gradienten unverändert an beide Zahlen weiter",
    "-": "Eine Differenz gibt den Gradienten weiter, an die zweite Zahl mit umgekehrtem Vorzeichen",
    "*": "Ein Produkt gibt jedem Faktor den Gradienten mal den anderen Faktor",
    "/": "Die Steigungen von u/v sind 1/v und −u/v²",
    "**": "Die Steigung von uⁿ ist n · uⁿ⁻¹",
    neg: "Ein Minuszeichen kehrt das Vorzeichen des Gradienten um",
    tanh: "tanh ist nahe 0 steil und weit von 0 flach",
    sigmoid: "sigmoid ist nahe 0 steil und weit von 0 flach",
    relu: "relu gibt den Gradienten weiter, wo die Eingabe über 0 liegt, und hält ihn sonst auf",
    exp: "Die Steigung von exp ist ihr eigener Wert",
    log: "Die Steigung von log ist 1 geteilt durch die Eingabe",
  },
  table: {
    to: "an",
    slope: "Steigung",
    above: "× von oben",
    adds: "= ergibt",
    old: "alt",
    step: "Rate × Gradient",
    fresh: "neu",
  },
  trouble: {
    divided: (label, number) => `${label} hat keinen Wert: ${number} wird durch 0 geteilt.`,
    zeroByZero: (label) => `${label} hat keinen Wert: 0 wird durch 0 geteilt.`,
    logOfZero: (label) => `${label} hat keinen Wert: Der Logarithmus von 0 ist unendlich.`,
    logOfNegative: (label, number) => `${label} hat keinen Wert: Der Logarithmus von ${number} existiert nicht.`,
    powerOfNegative: (label, number, exponent) =>
      `${label} hat keinen Wert: ${number} hoch ${exponent} ist keine reelle Zahl.`,
    powerOfZero: (label, exponent) => `${label} hat keinen Wert: 0 hoch ${exponent} teilt durch 0.`,
    overflow: (label) => `${label} ist größer als die größte Zahl, die ein Computer hält, etwa 1,8 · 10³⁰⁸.`,
    infiniteSlope: (label, of) => `${label} hat einen Wert, aber die Steigung entlang ${of} ist unendlich.`,
    noSlope: (label, of) => `${label} hat einen Wert, aber keine Steigung entlang ${of}.`,
    cure: "Wähl andere Zahlen.",
  },
  learn: {
    errors: (root) => `${begun(named(root))}, Runde für Runde`,
    round: "Runde",
    rate: "Lernrate η",
    hint: "Zu klein, und das Lernen dauert lange. Zu groß, und es springt über das Ziel hinaus. Probier es aus.",
    ends: {
      diverged: (root) =>
        `${begun(named(root))} wächst ohne Grenze: Die Schritte sind zu groß. Wähl eine kleinere Lernrate und setz zurück.`,
      "nothing learns": () => "Keine Zahl dieser Formel lernt: Gib einer die Rolle eines Gewichts.",
      solved: (root, rounds) =>
        `Nach ${rounds} Runden ist ${named(root)} auf vier Stellen 0: Es gibt nichts mehr zu korrigieren.`,
      flat: (root) =>
        `Die Gradienten sind fast 0: Hier ist die Landschaft flach, und kein Schritt macht ${root} noch kleiner.`,
      rounds: (_root, rounds) => `${rounds} Runden sind vorbei. Mit „Lernen“ geht es weiter.`,
    },
    roles: "Welche Zahlen lernen?",
    rolesHint: "Gewichte und Biase lernen. Eingaben und Ziele sind gegeben.",
    roleOf: (label) => `Rolle von ${label}`,
  },
  landscape: {
    heading: (root) => (named(root) === root ? `Landschaft von ${root}` : "Landschaft des Fehlers"),
    label: (root, across, up, low, high) =>
      `${root} über ${across} und ${up}: von ${low} im Tal bis ${high} auf den Höhen. Der Pfad zeigt die Runden bisher.`,
    none: "Eine Landschaft braucht zwei Zahlen, die sich ändern können.",
    across: "waagrecht",
    up: "senkrecht",
    low: "niedrig",
    high: "hoch",
    at: (root, value) => `${root} ${value}`,
    hint: "Klick irgendwohin: Die beiden Zahlen springen dorthin.",
    moved: "Die beiden Zahlen wurden verschoben.",
    noValue: "kein Wert",
  },
  nudge: {
    show: "Stimmt der Gradient? Prüf ihn ohne Analysis",
    hide: "Prüfung schließen",
    heading: "Einen Gradienten ohne Analysis prüfen",
    none: "In dieser Formel steht kein Name, dessen Wert sich ändern könnte. Schreib eine mit einem Namen, etwa L = x*x.",
    lead: (root) =>
      `Addiere ein kleines h zu einer Zahl. Wie weit bewegt sich ${root}? Teil das durch h. Diese Steigung sollte dem Gradienten nahe kommen.`,
    pick: "Zahl",
    shrink: "h schrumpfen lassen",
    stop: "Anhalten",
    again: "Noch einmal ab h = 1",
    h: "h, von 1 bis 0,000001",
    at: (leaf, x) => `bei ${leaf} = ${x}`,
    atH: (leaf) => `bei ${leaf} + h`,
    slope: "Steigung",
    gradient: "Gradient",
    of: (leaf) => `von ${leaf}`,
    shrinking: "h schrumpft…",
    verdicts: {
      noValue:
        "Hier gibt es keine Steigung zu vergleichen, denn das Ergebnis hat keinen endlichen Wert. Wähl eine andere Zahl.",
      noGradient: "Hier gibt es keinen Gradienten zu vergleichen. Wähl eine andere Zahl.",
      corner: (leaf, left, right, gradient) =>
        `Die Kurve hat bei diesem ${leaf} einen Knick: Ihre Steigung ist links ${left} und rechts ${right}, also stimmt kein einzelner Gradient. Der Rückwärtsdurchlauf nimmt ${gradient}.`,
      same: "Steigung und Gradient sind gleich, so genau der Computer rechnen kann.",
      apart: (difference) => `Sie unterscheiden sich um ${difference}. Je kleiner h ist, desto näher kommen sie sich.`,
      rounding: (difference) =>
        `Sie unterscheiden sich um ${difference}. Das ist die Rundung, wenn man durch ein so kleines h teilt.`,
    },
    picture: (root, leaf, slope, gradient) =>
      `${root} entlang ${leaf}: Die Gerade durch beide Punkte hat die Steigung ${slope}, der Gradient ist ${gradient}`,
  },
};
