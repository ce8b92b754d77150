// The part of CodeMirror that the page uses, for the type checker.

export type Extension = object;
export type Diagnostic = { from: number; to: number; severity: "error" | "warning" | "info"; message: string };
type Line = { from: number; to: number; length: number };
type Text = { lines: number; line(number: number): Line; toString(): string };
export class EditorState {
  static create(settings: { doc: string; extensions: Extension[] }): EditorState;
  static tabSize: { of(size: number): Extension };
  static readOnly: { of(is: boolean): Extension };
  readonly doc: Text;
}
type Update = { docChanged: boolean; state: EditorState };
export class EditorView {
  constructor(settings: { state: EditorState; parent: Node; root: ShadowRoot });
  readonly state: EditorState;
  readonly dom: HTMLElement;
  setState(state: EditorState): void;
  dispatch(change: object): void;
  focus(): void;
  static lineWrapping: Extension;
  static contentAttributes: { of(attributes: Record<string, string>): Extension };
  static updateListener: { of(then: (update: Update) => void): Extension };
  static theme(spec: Record<string, Record<string, string>>): Extension;
  static scrollIntoView(place: number, how?: object): object;
}
type Stream = { current(): string };
type Parser = { name: string; token(stream: Stream, state: unknown): string | null };
export const lua: Parser;
export const toml: Parser;
export const StreamLanguage: { define(parser: Parser): Extension };
export const HighlightStyle: { define(rules: object[]): Extension };
export const tags: Record<string, any>;
export const indentUnit: { of(unit: string): Extension };
export const keymap: { of(bindings: object[]): Extension };
export const defaultKeymap: object[], historyKeymap: object[], closeBracketsKeymap: object[], indentWithTab: object;
export function setDiagnostics(state: EditorState, found: Diagnostic[]): object;
export function history(): Extension;
export function json(): Extension;
export function closeBrackets(): Extension;
export function bracketMatching(): Extension;
export function indentOnInput(): Extension;
export function syntaxHighlighting(style: Extension): Extension;
export function lintGutter(): Extension;
export function drawSelection(): Extension;
export function highlightActiveLine(): Extension;
export function highlightActiveLineGutter(): Extension;
export function lineNumbers(): Extension;
