import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { markdown } from "@codemirror/lang-markdown";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, type Text } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";

import type { Mistake } from "./specification";
import classes from "./Specification.module.css";

interface Given {
  path: string;
  text: string;
  readOnly: boolean;
  mistakes: Mistake[];
  warnings: Mistake[];
  /** Where to go; a new object goes there again. */
  goTo: { line: number; column: number } | null;
  onChange: (text: string) => void;
}

const highlighting = HighlightStyle.define([
  { tag: tags.comment, color: "var(--hf-code-comment)", fontStyle: "italic" },
  { tag: [tags.propertyName, tags.definition(tags.propertyName), tags.heading], color: "var(--hf-ai)" },
  { tag: [tags.string, tags.link, tags.url], color: "var(--hf-person)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--hf-note)" },
  { tag: [tags.meta, tags.punctuation, tags.separator], color: "var(--mantine-color-dimmed)" },
]);

const looks = EditorView.theme({
  "&": { height: "100%", fontSize: "13.5px", color: "var(--mantine-color-text)", background: "var(--hf-canvas)" },
  "&.cm-focused": { outline: "2px solid var(--mantine-color-holdfast-5)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mantine-font-family-monospace)", lineHeight: "1.55" },
  ".cm-gutters": { background: "var(--hf-list)", color: "var(--mantine-color-dimmed)", borderColor: "var(--hf-line)" },
  ".cm-activeLine, .cm-activeLineGutter": { background: "var(--hf-hover)" },
  ".cm-cursor": { borderLeftColor: "var(--mantine-color-text)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { background: "var(--hf-chosen) !important" },
  ".cm-tooltip, .cm-panels": {
    background: "var(--hf-panel)",
    color: "var(--mantine-color-text)",
    border: "1px solid var(--hf-line)",
  },
});

/** A file as text. Tab leaves it, so that the keyboard is never caught. */
export default function CodeEditor({ path, text, readOnly, mistakes, warnings, goTo, onChange }: Given) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const told = useRef(onChange);
  useEffect(() => {
    told.current = onChange;
  });

  useEffect(() => {
    if (!place.current) return;
    const editor = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          highlightSelectionMatches(),
          lintGutter(),
          EditorView.lineWrapping,
          EditorState.tabSize.of(2),
          EditorState.readOnly.of(readOnly),
          EditorView.contentAttributes.of({ "aria-label": `Text of ${path}`, spellcheck: "false" }),
          keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap]),
          path.endsWith(".md") ? markdown() : yaml(),
          syntaxHighlighting(highlighting),
          looks,
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !update.transactions.some((one) => one.isUserEvent("from.outside"))) {
              told.current(update.state.doc.toString());
            }
          }),
        ],
      }),
    });
    // Whoever has no mouse scrolls it too, also where it is only read.
    editor.scrollDOM.tabIndex = 0;
    view.current = editor;
    return () => editor.destroy();
    // A new editor for a new file; what comes from outside is put into it below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [path, readOnly]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === text) return;
    editor.dispatch({
      changes: { from: 0, to: editor.state.doc.length, insert: text },
      userEvent: "from.outside",
    });
  }, [text]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const found = [
      ...mistakes.map((one) => diagnostic(one, editor.state.doc, "error")),
      ...warnings.map((one) => diagnostic(one, editor.state.doc, "warning")),
    ];
    editor.dispatch(setDiagnostics(editor.state, found));
  }, [mistakes, warnings, path]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || !goTo) return;
    const at = offset(editor.state.doc, goTo.line, goTo.column);
    editor.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
    editor.focus();
  }, [goTo, path]);

  return <div ref={place} className={classes.code} />;
}

function offset(doc: Text, line: number, column: number): number {
  const found = doc.line(Math.max(1, Math.min(doc.lines, line)));
  return Math.min(found.to, found.from + Math.max(0, column - 1));
}

function diagnostic(mistake: Mistake, doc: Text, severity: Diagnostic["severity"]): Diagnostic {
  const from = offset(doc, mistake.line ?? 1, mistake.column ?? 1);
  const to = mistake.line ? doc.lineAt(from).to : from;
  const where = mistake.path ? `${mistake.path}: ` : "";
  return { from, to, severity, message: `${where}${mistake.problem}. ${mistake.remedy}` };
}
