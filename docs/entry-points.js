// For TypeDoc: the modules of the reference have the names that one imports, and begin with what their index.ts says of itself,
// the comment at its top; chapters of the guide are called what their heading says. All of it stands in the repository already.
import { readFileSync } from "node:fs";
import { Comment, Converter, ReflectionKind } from "typedoc";

const root = new URL("../", import.meta.url);
const { name, exports } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));

/** "src/data/index.ts" -> "chainrule/data" */
const names = new Map(
  Object.entries(exports)
    .filter(([, target]) => typeof target === "object")
    .map(([path, target]) => [
      target.types.default.replace("./dist/", "src/").replace(".d.ts", ".ts"),
      name + path.slice(1),
    ]),
);

/** The lines that a file opens with, without their slashes and without the name in front. */
function opening(file) {
  const lines = readFileSync(new URL(file, root), "utf8").split("\n");
  const end = lines.findIndex((line) => !line.startsWith("//"));
  const text = lines.slice(0, end).map((line) => line.replace(/^\/\/ ?/, ""));
  return text
    .join("\n")
    .replace(/^"[\w/]+": /, "")
    .replace(/^./, (letter) => letter.toUpperCase());
}

/** A chapter is called what its heading says. */
const heading = ([{ text }]) => text.match(/^# (.*)$/m)[1];

export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      const file = `${module.name === "src" ? "src" : module.name}/index.ts`;
      const entry = names.get(file);
      if (entry === undefined) throw new Error(`docs: ${module.name} is no entry point of package.json`);
      module.name = entry;
      module.comment ??= new Comment([{ kind: "text", text: opening(file) }]);
    }
    for (const chapter of project.getReflectionsByKind(ReflectionKind.Document))
      chapter.name = heading(chapter.content);
  });
}
