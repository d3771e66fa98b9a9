// The editor of a program: CodeMirror in a shadow root, where it brings its styles as style sheets of the script, which the page's policy
// allows. Tab leaves the editor; Ctrl+] and Ctrl+[ indent.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export interface Editor {
  /** Replaces the whole text, if it differs. */
  show(text: string): void;
  selectAll(): void;
  close(): void;
}

export interface EditorOptions {
  readonly text: string;
  /** What the editor is called. */
  readonly label: string;
  readonly changed: (text: string) => void;
  /** Ctrl+Enter, or ⌘ and Enter. */
  readonly run: () => void;
}

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.controlKeyword, tags.moduleKeyword, tags.definitionKeyword], color: "var(--grad)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--below)" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--data)" },
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
]);

const look = EditorView.theme({
  "&": {
    height: "100%",
    maxHeight: "min(32rem, 60vh)",
    backgroundColor: "var(--sheet)",
    color: "var(--ink)",
    fontSize: "var(--small)",
  },
  "&.cm-focused": { outline: "3px solid var(--focus)", outlineOffset: "-3px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", overflow: "auto" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderInlineStartColor: "var(--ink)" },
  ".cm-gutters": {
    backgroundColor: "var(--faint)",
    color: "var(--quiet)",
    borderInlineEnd: "1px solid var(--rule)",
  },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--data-soft) 45%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--data-soft)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--grad-soft)" },
});

/**
 * Typed text goes into the editor's state without the browser's own editing: where a selection is replaced, Chromium would write style
 * attributes, which the page's policy forbids and the console reports.
 */
const typing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    if (event.inputType !== "insertText" || event.isComposing || event.data === null) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    return true;
  },
});

export function edit(host: HTMLElement, { text, label, changed, run }: EditorOptions): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  let isShowing = false;
  const runs = () => {
    run();
    return true;
  };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        highlightActiveLine(),
        javascript(),
        syntaxHighlighting(colours),
        keymap.of([{ key: "Mod-Enter", run: runs }, ...defaultKeymap, ...historyKeymap]),
        look,
        typing,
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", dir: "ltr" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !isShowing) changed(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    show(next) {
      if (next === view.state.doc.toString()) return;
      isShowing = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
      isShowing = false;
    },
    selectAll() {
      view.focus();
      view.dispatch({ selection: { anchor: 0, head: view.state.doc.length } });
    },
    close: () => view.destroy(),
  };
}
