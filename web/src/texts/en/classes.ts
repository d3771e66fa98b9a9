// Part 5: classes of one's own, from pictures.
export const classes = {
  name: "Your classes",
  title: "Teach a net your own classes",
  lead: "A class is a kind of thing, such as cups or spoons. Name two or more, give a few pictures of each, and train. Your pictures stay in this browser: nothing is uploaded.",

  withoutWorkers:
    "This browser has no module workers, so classes cannot be trained here. The neuron at the top of the page still works.",
  withoutVectors:
    "This browser has no WebAssembly SIMD, which every browser since 2023 has, so classes cannot be trained here. The neuron at the top of the page still works.",
  stopped: (reason: string) => `The engine stopped: ${reason}. Your pictures are stored.`,
  startAgain: "Start again",
  opening: "Looking for stored classes …",

  // Classes and pictures
  classes: "Classes",
  defaultName: (place: number) => `Class ${place}`,
  className: (place: number) => `Name of class ${place}`,
  addClass: "Add a class",
  removeClass: (name: string) => `Remove the class ${name}`,
  classRemoved: (name: string) => `The class ${name} was removed with its pictures.`,
  pictures: (count: number) => (count === 1 ? "1 picture" : `${count} pictures`),
  picturesOf: (name: string) => `Pictures of ${name}. Delete removes the picture under the focus.`,
  picture: (place: number, count: number) => `Picture ${place} of ${count}`,
  remove: (place: number) => `Remove picture ${place}`,
  picturesRemoved: (count: number, name: string) =>
    count === 1 ? `A picture of ${name} was removed.` : `${count} pictures of ${name} were removed.`,
  camera: "Camera",
  files: "Files",
  draw: "Draw",
  cameraFor: (name: string) => `Camera for ${name}`,
  filesFor: (name: string) => `Choose picture files for ${name}`,
  drawFor: (name: string) => `Draw pictures for ${name}`,
  hint: "You can also drop pictures on a class, or paste them. A folder that you drop becomes a class.",
  reading: (count: number) => (count === 1 ? "Reading a picture …" : `Reading ${count} pictures …`),
  lost: (count: number) =>
    count === 1 ? "The browser has deleted a stored picture." : `The browser has deleted ${count} stored pictures.`,
  noFile: "That is no file. Save the picture first, then drop its file.",

  // The camera
  startCamera: "Start the camera",
  stopCamera: "Stop the camera",
  otherCamera: "Other camera",
  startingCamera: "The browser asks whether this page may use the camera …",
  hold: "Hold to record",
  recorded: (count: number) => `${count} recorded`,
  viewfinder: "What the camera sees",
  cameraProblems: {
    refused: "The camera is not allowed here. You can allow it in the browser's settings for this page.",
    none: "There is no camera. Files, pasted pictures and drawings work.",
    busy: "The camera does not start. Another program may be using it.",
    insecure: "Browsers give the camera only to pages that arrive by https. Files, pasted pictures and drawings work.",
    other: "The camera does not start. Files, pasted pictures and drawings work.",
  },

  // Drawing
  pad: "Drawing pad",
  padHint: "Draw here",
  padKeys: "Arrow keys move the pen, space puts it down or lifts it, backspace removes the last line.",
  addDrawing: "Add the drawing",
  clear: "Clear",

  // Training
  training: "Training",
  method: "Begin with",
  features: "a pretrained net",
  conv: "random weights",
  featuresWords:
    "The net EfficientNet-Lite0 was trained on a million photographs. It turns each of your pictures into 1,280 numbers, and a small classifier learns from these. Best for photographs and the camera.",
  convWords: "A small convolutional net learns from your pictures alone. It needs more of them. Good for drawings.",
  train: "Train",
  trainAfterFetching: (size: string) => `Train (downloads ${size} once)`,
  stop: "Stop",
  stages: {
    fetching: "Downloading the pretrained net",
    features: "Computing the features of the pictures",
    fitting: "Training",
    testing: "Testing on pictures that were left out",
  },
  missing: {
    classes: "Training needs two classes or more.",
    name: (place: number) => `Class ${place} needs a name.`,
    same: (name: string) => `Two classes have the name ${name}.`,
    pictures: (name: string) => `${name} has no pictures yet.`,
  },
  stale: "The classes have changed since the training. Train again to include the changes.",
  few: (least: number) =>
    least === 1
      ? "One class has a single picture. With ten or more of each class the net gets better, and this figure more certain."
      : `One class has only ${least} pictures. With ten or more of each class the net gets better, and this figure more certain.`,

  // How good it is
  accuracy: "right on pictures that it had not learned from",
  judged: (right: string, count: string) => `${right} of ${count} pictures`,
  range: (low: string, high: string) => `For new pictures of the same kind, expect ${low} to ${high}.`,
  folds: (folds: number) =>
    `Cross-validation: ${folds} times a part of the pictures was left out of the training, and tested.`,
  alike: "Pictures of one recording are much alike, so new pictures may be harder.",
  notJudged: "With one picture of each class none can be left out, so it is not known how good the net is.",
  mistakes: "It was wrong about these:",
  mistake: (truth: string, answer: string) => `${truth}, taken for ${answer}`,
  takenFor: (answer: string) => `taken for ${answer}`,
  more: (count: number) => `and ${count} more`,
  fromFile: (name: string) => `This model comes from ${name}.`,
  untrained: "Nothing is trained yet.",

  // Files
  save: "Save the model",
  saveOnnx: "Save as ONNX",
  openModel: "Open a model",
  saveWords: (file: string) => `${file} is for the command line too:`,
  modelReplaced: (name: string) => `The trained model was replaced by ${name}.`,

  // The answer
  answer: "Answer",
  answerTo: "Answer to",
  liveCamera: "camera",
  liveFile: "file",
  liveDrawing: "drawing",
  chooseFile: "Choose a picture",
  dropFile: "Drop a picture here, or choose it.",
  looking: "Looking …",
  noModel: "Train first. Then the net answers here at once.",
  nothingShown: "Show it something.",
  says: (name: string, share: string) => `${name}, ${share}`,
  unlike: "It is unlike every picture that the net learned from, so the answer may mean nothing.",
  probabilities: "The probability of each class",

  problems: {
    fetch: (details: string) =>
      `The pretrained net could not be downloaded (${details}). Press Train to try again, or begin with random weights.`,
    storage: "The browser stores no more pictures, so the new ones will be gone after a reload.",
  },
  notInLink: "A link does not hold your pictures or the trained model. Save the model to give it to others.",
  figureJudged: "accuracy",
  figureAnswer: "answer",
};
