/** A text that can be read: laid out part by part, with branches that fold. */
import { standardKeymap } from '@codemirror/commands';
import { EditorState, StateEffect, StateField, type Range, type Text } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  gutter,
  GutterMarker,
  highlightActiveLine,
  keymap,
  ViewPlugin,
  WidgetType,
  type DecorationSet,
  type ViewUpdate,
} from '@codemirror/view';
import type { Hits, Part } from '../../lib/reading';
import { placeIn, surface } from './surface';

export interface ReaderOptions {
  label: string;
  /** The words for a folded branch. */
  unfold: (values: number) => string;
  /** The folds of the branch on a line; see TextSource.folds. */
  folds: (line: number) => Promise<Int32Array>;
  /** The place that the reader is at, both from 0. */
  onplace: (line: number, column: number) => void;
  /** Ctrl+F was pressed. */
  onfind: () => void;
  /** Ctrl+Enter was pressed. */
  onact: () => void;
  /** A menu was asked for at a point of the window, about what is at a place. */
  onmenu: (point: { x: number; y: number }, line: number, column: number) => void;
  /** F3 was pressed, or with -1, Shift+F3. */
  onhit: (direction: 1 | -1) => void;
}

interface Folds {
  add?: Range<Decoration>[];
  /** Folds in this range are opened. */
  drop?: { from: number; to: number };
  /** A branch whose end has not come yet begins here; -1 if there is none. */
  open?: number;
}

const changeFolds = StateEffect.define<Folds>();
const setHits = StateEffect.define<{ hits: Hits; length: number; chosen: number }>();
/** Pairs of the beginning and the end of what a filter matched. */
const setMatches = StateEffect.define<Int32Array>();
const setFault = StateEffect.define<number>();

class Folded extends WidgetType {
  constructor(
    readonly values: number,
    /** Called when it is drawn: there may be a hundred thousand. */
    readonly words: (values: number) => string,
  ) {
    super();
  }
  override eq(other: Folded): boolean {
    return other.values === this.values;
  }
  override toDOM(): HTMLElement {
    const button = document.createElement('span');
    button.className = 'folded';
    button.setAttribute('role', 'img');
    if (this.values >= 0) {
      const words = this.words(this.values);
      button.setAttribute('aria-label', words);
      button.title = words;
    }
    button.textContent = this.values < 0 ? ' … ' : ` … ${this.values} `;
    return button;
  }
  override ignoreEvent(): boolean {
    return false;
  }
}

/** A small line of the last values, beside a number. */
class History extends WidgetType {
  constructor(readonly values: readonly number[]) {
    super();
  }
  override eq(other: History): boolean {
    return other.values === this.values;
  }
  override toDOM(): HTMLElement {
    const [width, height] = [56, 12];
    const least = Math.min(...this.values);
    const range = Math.max(...this.values) - least || 1;
    const points = this.values.map((v, i) => [
      2 + (i / (this.values.length - 1)) * (width - 5),
      height - 2 - ((v - least) / range) * (height - 4),
    ]);
    const [x, y] = points.at(-1)!;
    const at = document.createElement('span');
    at.className = 'history';
    at.setAttribute('aria-hidden', 'true');
    at.innerHTML = `<svg width="${width}" height="${height}"><path d="M${points.map((p) => p.map((n) => n.toFixed(1)).join(' ')).join('L')}"/><circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="1.8"/></svg>`;
    return at;
  }
}

const setHistory = StateEffect.define<DecorationSet>();
const histories = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (was, transaction) =>
    transaction.effects.reduce((set, e) => (e.is(setHistory) ? e.value : set), was.map(transaction.changes)),
  provide: (field) => EditorView.decorations.from(field),
});

class Marker extends GutterMarker {
  constructor(readonly sign: string) {
    super();
  }
  override eq(other: Marker): boolean {
    return other.sign === this.sign;
  }
  override toDOM(): Node {
    return document.createTextNode(this.sign);
  }
}
const shut = new Marker('▸');
const open = new Marker('▾');

const look = EditorView.theme({
  '.cm-content': { paddingBottom: '8px' },
  '.cm-gutters': { backgroundColor: 'transparent', border: '0', color: 'var(--muted)' },
  '.cm-gutterElement': { width: '16px', textAlign: 'center', fontSize: '10px', lineHeight: '19px', cursor: 'default' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--raised) 70%, transparent)' },
  '.folded': {
    borderRadius: '3px',
    backgroundColor: 'var(--raised)',
    color: 'var(--muted)',
    fontSize: 'var(--fs-xs)',
    cursor: 'default',
  },
  '.hit': { borderRadius: '2px', backgroundColor: 'var(--hit)' },
  '.hit.match': { textDecoration: 'underline 1px var(--accent)', textUnderlineOffset: '3px' },
  // The colours of JSON are too faint on it.
  '.hit, .hit *': { color: 'var(--text)' },
  '.hit.chosen': { outline: '1.5px solid var(--accent)' },
  '.history': { display: 'inline-block', marginLeft: '14px', verticalAlign: '-1px', lineHeight: '0' },
  '.history path': { fill: 'none', stroke: 'var(--muted)', strokeWidth: '1.2', strokeLinejoin: 'round' },
  '.history circle': { fill: 'var(--accent)' },
  '.fault': { outline: '1.5px solid var(--warn)', borderRadius: '2px' },
});

const fold = (values: number, words: (values: number) => string, from: number, to: number) =>
  Decoration.replace({ widget: new Folded(values, words) }).range(from, to);

const folded = StateField.define<{ set: DecorationSet; open: number; shown: DecorationSet }>({
  create: () => ({ set: Decoration.none, open: -1, shown: Decoration.none }),
  update(was, transaction) {
    let { set, open } = was;
    let changed = transaction.docChanged;
    for (const effect of transaction.effects) {
      if (!effect.is(changeFolds)) continue;
      changed = true;
      const { add, drop, open: begins } = effect.value;
      if (begins !== undefined) open = begins;
      if (drop) {
        set = set.update({
          filterFrom: drop.from,
          filterTo: drop.to,
          filter: (from, to) => to <= drop.from || from >= drop.to,
        });
      }
      if (add?.length) set = set.update({ add, sort: true });
    }
    if (!changed) return was;
    const end = transaction.newDoc.length;
    const shown = open >= 0 && open < end ? set.update({ add: [fold(-1, String, open, end)] }) : set;
    return { set, open, shown };
  },
  provide: (field) => [
    EditorView.decorations.from(field, (value) => value.shown),
    EditorView.atomicRanges.of((view) => view.state.field(field).shown),
  ],
});

interface Marks {
  hits: Hits;
  length: number;
  chosen: number;
  matches: Int32Array;
  fault: number;
}

const none: Marks = {
  hits: { at: new Int32Array(), count: 0 },
  length: 0,
  chosen: -1,
  matches: new Int32Array(),
  fault: -1,
};

const marks = StateField.define<Marks>({
  create: () => none,
  update(was, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setHits)) was = { ...was, ...effect.value };
      if (effect.is(setMatches)) was = { ...was, matches: effect.value };
      if (effect.is(setFault)) was = { ...was, fault: effect.value };
    }
    return was;
  },
});

const match = Decoration.mark({ class: 'hit match' });
const hit = Decoration.mark({ class: 'hit' });
const chosenHit = Decoration.mark({ class: 'hit chosen' });
const faultMark = Decoration.mark({ class: 'fault' });

/** The index of the first hit at or after a place. */
export function firstAt(hits: Int32Array, at: number): number {
  let low = 0;
  for (let high = hits.length; low < high;) {
    const middle = (low + high) >> 1;
    if (hits[middle] < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

const marking = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet = Decoration.none;
    update(update: ViewUpdate) {
      const now = update.state.field(marks);
      if (now !== update.startState.field(marks, false) || update.viewportChanged || update.docChanged) {
        this.decorations = draw(update.view);
      }
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function draw(view: EditorView): DecorationSet {
  const { hits, length, chosen, matches, fault } = view.state.field(marks);
  const end = view.state.doc.length;
  const found: Range<Decoration>[] = [];
  for (const { from, to } of view.visibleRanges) {
    for (let i = firstAt(hits.at, from - length); i < hits.at.length && hits.at[i] < to; i++) {
      const until = Math.min(end, hits.at[i] + length);
      if (until > hits.at[i]) found.push((i === chosen ? chosenHit : hit).range(hits.at[i], until));
    }
  }
  // A search in the text hides what the filter matched: the two look alike.
  if (length === 0) found.push(...drawMatches(view, matches));
  if (fault >= 0 && fault < end) found.push(faultMark.range(fault, fault + 1));
  return Decoration.set(found, true);
}

/** The matches in sight; of those that a fold hides, the fold. */
function drawMatches(view: EditorView, matches: Int32Array): Range<Decoration>[] {
  const found: Range<Decoration>[] = [];
  if (matches.length === 0) return found;
  const end = view.state.doc.length;
  for (const { from, to } of view.visibleRanges) {
    for (let i = pairAt(matches, from); i < matches.length && matches[i] < to; i += 2) {
      const [a, b] = [Math.max(from, matches[i]), Math.min(to, end, matches[i + 1])];
      if (b > a) found.push(match.range(a, b));
    }
  }
  const { from, to } = view.viewport;
  view.state.field(folded).shown.between(from, to, (a, b) => {
    const i = pairAt(matches, a);
    if (i < matches.length && matches[i] < b && a > 0 && b < end) found.push(match.range(a - 1, b + 1));
  });
  return found;
}

/** The index of the first pair that ends after a place. */
export function pairAt(pairs: Int32Array, at: number): number {
  let low = 0;
  for (let high = pairs.length / 2; low < high;) {
    const middle = (low + high) >> 1;
    if (pairs[2 * middle + 1] <= at) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}

const branches = /[{[]$/;

/** A Reader shows a text that comes part by part. */
export class Reader {
  readonly #view: EditorView;
  readonly #options: ReaderOptions;
  /** Incremented with each other text: what was asked about the one before is dropped. */
  #turn = 0;
  /** Where a branch begins that was opened before its end came; -1 if there is none. */
  #opened = -1;

  constructor(host: HTMLElement, options: ReaderOptions) {
    this.#options = options;
    this.#view = new EditorView({ parent: placeIn(host), root: host.shadowRoot!, state: this.#begin('') });
  }

  #begin(doc: string | Text): EditorState {
    return EditorState.create({
      doc,
      extensions: [
        look,
        surface(),
        EditorState.readOnly.of(true),
        // With tabindex, tools see that the text can be scrolled by keyboard.
        EditorView.contentAttributes.of({ 'aria-label': this.#options.label, tabindex: '0' }),
        folded,
        histories,
        marks,
        marking,
        highlightActiveLine(),
        gutter({
          lineMarker: (view, block) => {
            const line = view.state.doc.lineAt(block.from);
            if (!branches.test(view.state.doc.sliceString(line.to - 1, line.to))) return null;
            return isFolded(view.state, line.to) ? shut : open;
          },
          lineMarkerChange: (update) => update.startState.field(folded) !== update.state.field(folded),
          initialSpacer: () => shut,
          domEventHandlers: {
            mousedown: (view, block, event) => {
              event.preventDefault();
              void this.#toggle(view.state.doc.lineAt(block.from).number);
              return true;
            },
          },
        }),
        EditorView.domEventHandlers({
          mousedown: (event, view) => {
            if (!(event.target instanceof Element) || !event.target.closest('.folded')) return false;
            event.preventDefault();
            void this.#toggle(view.state.doc.lineAt(view.posAtDOM(event.target)).number);
            return true;
          },
          contextmenu: (event, view) => {
            // The browser's own menu can copy what is selected.
            if (!view.state.selection.main.empty) return false;
            const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
            if (at === null) return false;
            view.dispatch({ selection: { anchor: at } });
            this.#menu(view, { x: event.clientX, y: event.clientY });
            event.preventDefault();
            return true;
          },
          // A reader has nothing to compose or drop.
          beforeinput: (event) => event.preventDefault(),
        }),
        keymap.of([
          { key: 'Enter', run: (view) => (void this.#toggle(lineOf(view)), true) },
          { key: 'Mod-Enter', run: () => (this.#options.onact(), true) },
          ...['Shift-F10', 'ContextMenu'].map((key) => ({
            key,
            run: (view: EditorView) => {
              const box = view.coordsAtPos(view.state.selection.main.head);
              if (box) this.#menu(view, { x: box.left, y: box.bottom });
              return box !== null;
            },
            stopPropagation: true,
          })),
          { key: 'F3', run: () => (this.#options.onhit(1), true), shift: () => (this.#options.onhit(-1), true) },
          { key: 'Mod-f', run: () => (this.#options.onfind(), true) },
          ...standardKeymap,
        ]),
        EditorView.updateListener.of((update) => {
          if (!update.selectionSet) return;
          this.#options.onplace(...placeOf(update.state));
        }),
      ],
    });
  }

  /** Begins another text. */
  clear(): void {
    this.#turn++;
    this.#opened = -1;
    this.#view.setState(this.#begin(''));
  }

  /** Adds a part at the end. */
  append(part: Part): void {
    const { state } = this.#view;
    const { folds, open } = part;
    this.#view.dispatch({
      changes: { from: state.doc.length, insert: state.toText(part.text) },
      effects: changeFolds.of({
        add: this.#ranges(folds, 0).filter((f) => f.from !== this.#opened),
        open: open === this.#opened ? -1 : open,
      }),
    });
  }

  /** Shows the fault of broken JSON. */
  fault(at: number): void {
    this.#view.dispatch({ effects: setFault.of(at) });
  }

  hits(hits: Hits, length: number, chosen: number): void {
    this.#view.dispatch({ effects: setHits.of({ hits, length, chosen }) });
  }

  /** Marks what a filter matched: pairs of the beginning and the end. */
  matches(pairs: Int32Array): void {
    this.#view.dispatch({ effects: setMatches.of(pairs) });
  }

  /** The next pair after what is selected, or the one before it; the first and the last follow each other. */
  nextOf(pairs: Int32Array, direction: 1 | -1): number {
    const { from, to } = this.#view.state.selection.main;
    const count = pairs.length;
    if (direction > 0) return pairAt(pairs, to > from ? to : from) % count;
    const i = pairAt(pairs, from) - 2;
    return i < 0 ? count - 2 : i;
  }

  /** The hit at or after what is selected, or in sight. */
  nearest(hits: Int32Array): number {
    const { main } = this.#view.state.selection;
    const i = firstAt(hits, main.head > 0 ? main.from : this.#view.viewport.from);
    return i < hits.length ? i : 0;
  }

  /** Unfolds what hides a place, and scrolls to it. */
  async reveal(at: number, length = 1): Promise<void> {
    const turn = this.#turn;
    for (let depth = 0; depth < 1000; depth++) {
      const around = foldAt(this.#view.state, at);
      if (!around) break;
      const line = this.#view.state.doc.lineAt(around.from).number;
      if (!(await this.#unfold(line, around)) || turn !== this.#turn) return;
    }
    if (at > this.#view.state.doc.length) return;
    this.#view.dispatch({
      selection: { anchor: at, head: Math.min(at + length, this.#view.state.doc.length) },
      effects: EditorView.scrollIntoView(at, { y: 'center' }),
    });
  }

  /** How many lines the text has. */
  get lines(): number {
    return this.#view.state.doc.lines;
  }

  /** Draws lines of earlier values at the ends of these lines, which count from 0. */
  history(lines: readonly { line: number; values: readonly number[] }[]): void {
    const { doc } = this.#view.state;
    const ranges = lines
      .filter(({ line }) => line < doc.lines)
      .map(({ line, values }) =>
        Decoration.widget({ widget: new History(values), side: 1 }).range(doc.line(line + 1).to),
      );
    this.#view.dispatch({ effects: setHistory.of(Decoration.set(ranges)) });
  }

  focus(): void {
    this.#view.focus();
  }

  destroy(): void {
    this.#turn++;
    this.#view.destroy();
  }

  #menu(view: EditorView, point: { x: number; y: number }): void {
    this.#options.onmenu(point, ...placeOf(view.state));
  }

  async #toggle(line: number): Promise<boolean> {
    const { state } = this.#view;
    const end = state.doc.line(line).to;
    const around = foldAt(state, end + 1);
    if (around?.from === end) return this.#unfold(line, around);
    const turn = this.#turn;
    const folds = await this.#options.folds(line - 1);
    if (turn !== this.#turn || folds.length === 0) return false;
    const [from, to] = folds;
    this.#view.dispatch({
      effects: changeFolds.of({ drop: { from, to }, add: this.#ranges(folds.subarray(0, 3), 0) }),
      selection: { anchor: from },
    });
    return true;
  }

  /** Opens a fold, and folds the branches in it. */
  async #unfold(line: number, { from, to }: { from: number; to: number }): Promise<boolean> {
    const turn = this.#turn;
    const folds = await this.#options.folds(line - 1);
    if (turn !== this.#turn) return false;
    // The end of the branch has not come yet.
    if (folds.length === 0) {
      this.#opened = from;
      this.#view.dispatch({ effects: changeFolds.of({ open: -1 }) });
      return true;
    }
    this.#view.dispatch({ effects: changeFolds.of({ drop: { from, to }, add: this.#ranges(folds, 3) }) });
    return true;
  }

  #ranges(folds: Int32Array, begin: number): Range<Decoration>[] {
    const ranges: Range<Decoration>[] = [];
    for (let i = begin; i < folds.length; i += 3) {
      ranges.push(fold(folds[i + 2], this.#options.unfold, folds[i], folds[i + 1]));
    }
    return ranges;
  }
}

/** The line and the column of the cursor, both from 0. */
function placeOf(state: EditorState): [line: number, column: number] {
  const { head } = state.selection.main;
  const line = state.doc.lineAt(head);
  return [line.number - 1, head - line.from];
}

const lineOf = (view: EditorView): number => view.state.doc.lineAt(view.state.selection.main.head).number;

/** The fold that hides a place. */
function foldAt(state: EditorState, at: number): { from: number; to: number } | null {
  let found: { from: number; to: number } | null = null;
  state.field(folded).shown.between(at, at, (from, to) => {
    if (from < at && to > at) found = { from, to };
    return found ? false : undefined;
  });
  return found;
}

const isFolded = (state: EditorState, lineEnd: number): boolean => foldAt(state, lineEnd + 1)?.from === lineEnd;
