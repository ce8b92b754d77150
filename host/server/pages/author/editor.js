// The editor. It lives in a shadow root, where its styles are adopted sheets: the page's policy allows none in line.
//
// Tab indents. Escape and then Tab leaves the editor, for who has no mouse.

import * as cm from "./vendor/codemirror/codemirror.js";

/** @import { Problem } from "./types" */

const shadow = "cuecard-editor";

/** Words of Luau that Lua does not have. */
const luauWords = new Set(["continue", "type", "export", "typeof"]);
const luau = cm.StreamLanguage.define({
  ...cm.lua,
  name: "luau",
  token(stream, state) {
    const found = cm.lua.token(stream, state);
    return found === "variable" && luauWords.has(stream.current()) ? "keyword" : found;
  },
});

/** @param {string} name */
const language = (name) =>
  name.endsWith(".luau") ? luau : name.endsWith(".json") ? cm.json() : name.endsWith(".toml") ? cm.StreamLanguage.define(cm.toml) : [];

const { tags } = cm;
const colours = cm.HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.atom], color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
  { tag: [tags.propertyName, tags.standard(tags.variableName)], color: "var(--code-name)" },
  { tag: tags.heading, fontWeight: "bold" },
]);

const theme = cm.EditorView.theme({
  "&": { height: "100%", fontSize: "13px", color: "var(--text)", backgroundColor: "var(--surface)" },
  ".cm-scroller": { fontFamily: "ui-monospace, 'Cascadia Code', Menlo, Consolas, 'DejaVu Sans Mono', monospace", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--text)", paddingBlock: "8px" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-gutters": { backgroundColor: "var(--raised)", color: "var(--muted)", border: "none" },
  ".cm-activeLine": { backgroundColor: "transparent", boxShadow: "inset 2px 0 var(--accent)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-soft)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)", outline: "1px solid var(--accent)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad)" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warn)" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--text)", border: "1px solid var(--line)", borderRadius: "8px", boxShadow: "var(--lifted)", maxWidth: "480px" },
  ".cm-diagnostic": { padding: "6px 10px", whiteSpace: "pre-wrap" },
  ".cm-diagnostic-error": { borderLeft: "4px solid var(--bad)" },
});

/** One editor for the page: a state for each file, so that each has its own history. */
export class Editor {
  /** @param {(file: string, text: string) => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.file = "";
    /** @type {Map<string, cm.EditorState>} */
    this.states = new Map();
    /** @type {cm.EditorView | null} */
    this.view = null;
  }

  /** Puts the editor into an element, once. @param {Element | undefined} host */
  attach(host) {
    if (!host || host.shadowRoot) return;
    const root = host.attachShadow({ mode: "open" });
    const state = cm.EditorState.create({ doc: "", extensions: [] });
    this.view = new cm.EditorView({ state, parent: root, root });
    this.view.dom.dataset["part"] = shadow;
    this.file = "";
  }

  /** Forgets what was in it: other files come. */
  clear() {
    this.states.clear();
    this.file = "";
  }

  /** @param {string} file @param {string} text @param {string} label */
  show(file, text, label) {
    const { view } = this;
    if (!view) return;
    if (this.file === file) {
      if (view.state.doc.toString() === text) return;
      this.states.delete(file);
    } else if (this.file) this.states.set(this.file, view.state);
    this.file = file;
    const known = this.states.get(file);
    view.setState(known?.doc.toString() === text ? known : this.fresh(file, text, label));
  }

  /** @param {string} file @param {string} text @param {string} label */
  fresh(file, text, label) {
    return cm.EditorState.create({
      doc: text,
      extensions: [
        cm.lineNumbers(), cm.lintGutter(), cm.history(), cm.drawSelection(), cm.indentOnInput(), cm.bracketMatching(),
        cm.closeBrackets(), cm.highlightActiveLine(), cm.highlightActiveLineGutter(), cm.EditorView.lineWrapping,
        cm.EditorState.tabSize.of(4), cm.indentUnit.of(file.endsWith(".json") ? "  " : "    "), language(file), theme,
        cm.syntaxHighlighting(colours),
        cm.keymap.of([...cm.closeBracketsKeymap, ...cm.defaultKeymap, ...cm.historyKeymap, cm.indentWithTab]),
        cm.EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
        cm.EditorView.updateListener.of((update) => update.docChanged && this.changed(this.file, update.state.doc.toString())),
      ],
    });
  }

  /** Marks what is wrong in the file that is open. @param {Problem[]} problems */
  mark(problems) {
    const { view } = this;
    if (!view) return;
    const { doc } = view.state;
    const found = problems.filter((it) => it.file === this.file).map((it) => {
      const line = doc.line(Math.min(Math.max(it.line ?? 1, 1), doc.lines));
      const from = Math.min(line.from + Math.max((it.column ?? 1) - 1, 0), line.to);
      const message = it.hint ? `${it.reason}\n${it.hint}` : it.reason;
      return { from, to: line.to, severity: /** @type {const} */ ("error"), message };
    });
    view.dispatch(cm.setDiagnostics(view.state, found));
  }

  /** @param {number} number from 1 */
  goTo(number) {
    const { view } = this;
    if (!view) return;
    const line = view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines));
    view.dispatch({ selection: { anchor: line.from }, effects: cm.EditorView.scrollIntoView(line.from, { y: "center" }) });
    view.focus();
  }
}
