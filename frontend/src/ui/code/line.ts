/** A field of one line, with colours and a list of completions. */
import {
  acceptCompletion,
  autocompletion,
  closeCompletion,
  completionStatus,
  currentCompletions,
  moveCompletionSelection,
  pickedCompletion,
  selectedCompletion,
  selectedCompletionIndex,
  setSelectedCompletion,
  startCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { history, historyKeymap, standardKeymap } from '@codemirror/commands';
import { Compartment, EditorState, Prec, StateEffect, StateField, type Range } from '@codemirror/state';
import {
  Decoration,
  Direction,
  EditorView,
  highlightSpecialChars,
  keymap,
  placeholder,
  tooltips,
  type Command,
  type DecorationSet,
} from '@codemirror/view';
import { hidden, signOf } from '../../lib/disguise';
import { placeIn } from './surface';

/** A part of the text in its colour. All parts joined are the text. */
export interface LinePart {
  text: string;
  kind: string;
  wrong?: boolean;
}

/** Something that the text can go on with. */
export interface LineCompletion {
  text: string;
  kind: string;
  detail: string;
  /** After it, the list opens for what has to follow. */
  more?: boolean;
}

export interface LineCompletions {
  from: number;
  to: number;
  /** What is marked in the completions. */
  query: string;
  list: LineCompletion[];
}

/** What a screen reader says of the field. */
export interface LineWords {
  label: string;
  placeholder: string;
  /** The name of the list. */
  list: string;
  /** The button that removes an earlier text. */
  forget: string;
  wrong: boolean;
  description: string;
}

export interface LineOptions {
  parts: (text: string) => LinePart[];
  /** The completions at a place. `asked` is whether the user opened the list. */
  complete: (text: string, at: number, asked: boolean) => LineCompletions | null;
  /** The earlier texts, the newest first. */
  past: () => readonly string[];
  forget: (text: string) => void;
  /** The text was changed, other than by set, and nothing is being composed. */
  onchange: (text: string) => void;
  onenter: () => void;
  onescape: () => void;
  /** So many completions are shown; 0 if the list is closed. */
  onlist: (count: number) => void;
  /** The part of the window that the list stays in. */
  room: () => { left: number; top: number; right: number; bottom: number };
}

/** The text has no other line. A line break in it is a character like others, and drawn as a sign. */
const ONE_LINE = '\ue000 no line ends here \ue000';
const SIGNS = new RegExp(`${hidden().source}|[\\n\\r]`, 'g');

const look = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    overflow: 'auto hidden',
    fontFamily: 'var(--mono)',
    fontSize: 'var(--fs-s)',
    fontVariantLigatures: 'none',
    lineHeight: '20px',
    scrollbarWidth: 'none',
  },
  '.cm-content': { padding: '0 2px 0 0', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0' },
  '.cm-placeholder': { color: 'var(--muted)' },
  '& ::selection, &.cm-focused ::selection': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 35%, transparent)',
  },
  '.part': {
    padding: '2px 0',
    borderRadius: 'var(--radius-s)',
    unicodeBidi: 'isolate',
    backgroundColor: 'var(--part)',
    boxShadow: '0 0 0 2px var(--part)',
    '--part': 'var(--selected)',
  },
  '.part.field, .part.regexp, .part.key': { '--part': 'color-mix(in srgb, var(--accent) 18%, transparent)' },
  '.part.operator': { '--part': 'transparent', color: 'var(--muted)' },
  '.part.without': { '--part': 'color-mix(in srgb, var(--down) 18%, transparent)' },
  '.part.wrong': { textDecoration: 'underline wavy 1px var(--down)', textUnderlineOffset: '3px' },
  '.sign': {
    padding: '0 2px',
    borderRadius: 'var(--radius-s)',
    backgroundColor: 'color-mix(in srgb, var(--warn) 22%, transparent)',
    color: 'var(--warn)',
    fontSize: '0.85em',
  },
  '.cm-tooltip': { zIndex: 3, border: '0', backgroundColor: 'transparent' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    boxSizing: 'border-box',
    minWidth: 'min(280px, 90vw)',
    maxWidth: 'min(560px, 90vw)',
    height: 'auto',
    maxHeight: '248px',
    margin: '6px 0 0 -8px',
    padding: '4px',
    border: '1px solid var(--line)',
    borderRadius: 'var(--radius-l)',
    backgroundColor: 'var(--panel)',
    boxShadow: 'var(--shadow)',
    fontFamily: 'var(--mono)',
    fontSize: 'var(--fs-s)',
    scrollbarWidth: 'thin',
    scrollbarColor: 'color-mix(in srgb, var(--muted) 45%, transparent) transparent',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    display: 'flex',
    alignItems: 'center',
    gap: '12px',
    height: '24px',
    padding: '0 8px',
    borderRadius: 'var(--radius-s)',
    color: 'var(--text)',
    cursor: 'default',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li:hover': { backgroundColor: 'var(--raised)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--selected)',
    color: 'var(--text)',
    boxShadow: 'inset 0 0 0 1px var(--accent)',
  },
  '.cm-completionLabel': {
    flex: '1',
    minWidth: '0',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    unicodeBidi: 'isolate',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionDetail': {
    flex: 'none',
    margin: '0',
    color: 'var(--muted)',
    fontFamily: 'var(--ui)',
    fontSize: 'var(--fs-xs)',
    fontStyle: 'normal',
  },
  '.forget': {
    flex: 'none',
    width: '20px',
    height: '20px',
    padding: '0',
    border: '0',
    borderRadius: 'var(--radius-s)',
    backgroundColor: 'transparent',
    color: 'var(--muted)',
    font: 'var(--fs-m) var(--ui)',
  },
  '.forget:hover': { color: 'var(--text)' },
});

const setWords = StateEffect.define<null>();

/** A Line is a field of one line. It keeps what is undone, and takes Tab only while the list is open. */
export class Line {
  readonly #view: EditorView;
  readonly #options: LineOptions;
  readonly #spoken = new Compartment();
  readonly #about: HTMLElement;
  #words: LineWords;
  #text: string;
  #count = 0;
  /** The list has the earlier texts. */
  #past = false;
  /** What the list has, and where the text ends that an entry replaces. */
  #shown = new Map<string, Shown>();
  #to = 0;
  /** The arrow was pressed while the list was being made. */
  #wanted = false;

  constructor(host: HTMLElement, text: string, words: LineWords, options: LineOptions) {
    this.#options = options;
    this.#words = words;
    this.#text = text;
    const place = placeIn(host);
    this.#about = document.createElement('span');
    this.#about.id = 'about';
    this.#about.hidden = true;
    host.shadowRoot!.append(this.#about);
    this.#view = new EditorView({
      parent: place,
      root: host.shadowRoot!,
      state: EditorState.create({ doc: text, extensions: this.#extensions() }),
    });
    this.say(words);
  }

  #extensions() {
    const { parts, onenter } = this.#options;
    const run = (command: Command) => ({ run: command, preventDefault: true });
    return [
      EditorState.lineSeparator.of(ONE_LINE),
      EditorState.transactionFilter.of((change) => (change.newDoc.lines > 1 ? [] : change)),
      look,
      colours(parts),
      highlightSpecialChars({ specialChars: SIGNS, render: drawSign }),
      history(),
      tooltips({ tooltipSpace: () => this.#options.room() }),
      autocompletion({
        override: [(context) => this.#complete(context)],
        defaultKeymap: false,
        selectOnOpen: false,
        icons: false,
        maxRenderedOptions: 60,
        activateOnTypingDelay: 60,
        // Nothing is selected when the list opens, so no key can take an entry that was not seen.
        interactionDelay: 0,
        activateOnCompletion: (completion) => (completion as Shown).more === true,
        addToOptions: [{ render: (completion) => this.#forgetButton(completion), position: 90 }],
      }),
      Prec.highest(
        keymap.of([
          { key: 'Enter', run: (view) => acceptCompletion(view) || (closeCompletion(view), onenter(), true) },
          { key: 'Shift-Enter', run: (view) => (closeCompletion(view), onenter(), true) },
          { key: 'Escape', run: (view) => closeCompletion(view) || (this.#options.onescape(), true) },
          { key: 'Tab', run: (view) => this.#take(view) },
          { key: 'ArrowDown', run: (view) => this.#down(view) },
          {
            key: 'ArrowUp',
            run: (view) => moveCompletionSelection(false)(view) || (this.#empty && this.#open(view, true)),
          },
          { key: 'PageDown', run: moveCompletionSelection(true, 'page') },
          { key: 'PageUp', run: moveCompletionSelection(false, 'page') },
          { key: 'Ctrl-Space', ...run((view) => this.#open(view, this.#empty)) },
          { key: 'Ctrl-r', ...run((view) => this.#open(view, true)) },
          { key: 'Shift-Delete', run: (view) => this.#forget(selectedCompletion(view.state)) },
        ]),
      ),
      keymap.of([...historyKeymap, ...standardKeymap]),
      this.#spoken.of([]),
      EditorView.domEventObservers({ compositionend: () => void setTimeout(() => this.#changed(), 20) }),
      EditorView.updateListener.of(({ state }) => {
        this.#changed();
        const open = completionStatus(state) === 'active';
        if (completionStatus(state) === null) this.#past = false;
        if (open && this.#wanted) queueMicrotask(() => this.#down(this.#view));
        if (completionStatus(state) !== 'pending') this.#wanted = false;
        const count = open ? currentCompletions(state).length : 0;
        if (count !== this.#count) this.#options.onlist((this.#count = count));
      }),
    ];
  }

  get #empty(): boolean {
    return this.#view.state.doc.length === 0;
  }

  #changed(): void {
    if (this.#view?.compositionStarted) return;
    const text = this.#view?.state.doc.toString() ?? this.#text;
    if (text === this.#text) return;
    this.#text = text;
    this.#options.onchange(text);
  }

  #complete({ state, pos, explicit, view }: CompletionContext): CompletionResult | null {
    if (view?.compositionStarted) return null;
    const text = state.doc.toString();
    const found = this.#past ? this.#pastOf(text) : this.#options.complete(text, pos, explicit);
    if (!found || found.list.length === 0) return null;
    const { from, to, query, list } = found;
    this.#to = to;
    const before = this.#shown;
    this.#shown = new Map();
    const options = list.map(({ text, kind, detail, more }): Shown => {
      // The same object as before: what is selected remains so when the list is made anew.
      const key = [kind, text, detail].join('\n');
      const shown = before.get(key) ?? this.#entry(text, kind, detail, more);
      this.#shown.set(key, shown);
      return shown;
    });
    const wanted = query.toLowerCase();
    return {
      from,
      options,
      filter: false,
      getMatch: ({ displayLabel = '' }) => {
        const at = wanted ? displayLabel.toLowerCase().indexOf(wanted) : -1;
        return at < 0 ? [] : [at, at + wanted.length];
      },
    };
  }

  #entry(text: string, kind: string, detail: string, more: boolean | undefined): Shown {
    return {
      label: text,
      displayLabel: text.replace(SIGNS, (c) => signOf(c.charCodeAt(0))),
      detail,
      more,
      past: kind === 'past',
      apply: (view, completion, start, end) =>
        view.dispatch({
          changes: {
            from: start,
            to: Math.max(end, Math.min(this.#to, view.state.doc.length)),
            insert: view.state.toText(text),
          },
          selection: { anchor: start + text.length },
          annotations: pickedCompletion.of(completion),
          userEvent: 'input.complete',
        }),
    };
  }

  #pastOf(text: string): LineCompletions {
    const query = text.trim().toLowerCase();
    const list = this.#options
      .past()
      .filter((one) => one !== text && one.toLowerCase().includes(query))
      .map((text) => ({ text, kind: 'past', detail: '' }));
    return { from: 0, to: text.length, query, list };
  }

  #open(view: EditorView, past: boolean): boolean {
    closeCompletion(view);
    this.#past = past;
    return startCompletion(view);
  }

  /** Selects the next entry, also of a list that is still being made, or opens the list. */
  #down(view: EditorView): boolean {
    if (moveCompletionSelection(true)(view)) return true;
    if (completionStatus(view.state) === 'pending') return (this.#wanted = true);
    return this.#open(view, false);
  }

  /** Takes what is selected in the list, or its first entry. */
  #take(view: EditorView): boolean {
    if (completionStatus(view.state) !== 'active') return false;
    if (selectedCompletionIndex(view.state) === null) view.dispatch({ effects: setSelectedCompletion(0) });
    return acceptCompletion(view);
  }

  #forget(completion: Completion | null): boolean {
    if (!completion || !(completion as Shown).past) return false;
    this.#options.forget(completion.label);
    this.#open(this.#view, true);
    return true;
  }

  #forgetButton(completion: Completion): Node | null {
    if (!(completion as Shown).past) return null;
    // Screen readers have the key: an option can contain no button.
    const button = document.createElement('span');
    button.className = 'forget';
    button.title = this.#words.forget;
    button.setAttribute('aria-hidden', 'true');
    button.textContent = '×';
    button.style.cssText = 'display: grid; place-items: center';
    button.addEventListener('mousedown', (event) => {
      event.preventDefault();
      event.stopPropagation();
      this.#forget(completion);
    });
    return button;
  }

  /** Opens the list of the earlier texts. */
  past(): void {
    this.#view.focus();
    this.#open(this.#view, true);
  }

  /** Replaces the text. */
  set(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    const { state } = this.#view;
    this.#view.dispatch({
      changes: { from: 0, to: state.doc.length, insert: state.toText(text) },
      selection: { anchor: text.length },
    });
  }

  /** The words of the field. With them the text is coloured again. */
  say(words: LineWords): void {
    this.#words = words;
    this.#about.textContent = words.description;
    this.#view.dispatch({
      effects: [
        setWords.of(null),
        this.#spoken.reconfigure([
          placeholder(words.placeholder),
          EditorState.phrases.of({ Completions: words.list }),
          EditorView.contentAttributes.of({
            'aria-label': words.label,
            'aria-multiline': 'false',
            ...(words.wrong ? { 'aria-invalid': 'true' } : {}),
            ...(words.description ? { 'aria-describedby': 'about' } : {}),
          }),
        ]),
      ],
    });
  }

  focus(): void {
    this.#view.focus();
  }

  select(from = 0, to = this.#view.state.doc.length): void {
    this.#view.dispatch({ selection: { anchor: from, head: to } });
  }

  destroy(): void {
    this.#view.destroy();
  }
}

interface Shown extends Completion {
  more?: boolean;
  past?: boolean;
}

function drawSign(code: number): HTMLElement {
  const sign = document.createElement('span');
  sign.className = 'sign';
  sign.textContent = signOf(code);
  return sign;
}

const marks = new Map<string, Decoration>();
function markOf({ kind, wrong }: LinePart): Decoration {
  const name = `part ${kind}${wrong ? ' wrong' : ''}`;
  let mark = marks.get(name);
  // Each part is laid out by itself, so that right-to-left text cannot swap a field and its value.
  if (!mark) marks.set(name, (mark = Decoration.mark({ class: name, bidiIsolate: Direction.LTR })));
  return mark;
}

/** Colours the text. */
function colours(parts: (text: string) => LinePart[]) {
  const draw = (state: EditorState): DecorationSet => {
    const drawn: Range<Decoration>[] = [];
    let at = 0;
    for (const part of parts(state.doc.toString())) {
      const end = at + part.text.length;
      if (part.kind !== 'space' && end > at) drawn.push(markOf(part).range(at, end));
      at = end;
    }
    return Decoration.set(drawn);
  };
  return StateField.define<DecorationSet>({
    create: draw,
    update: (was, change) =>
      change.docChanged || change.effects.some((e) => e.is(setWords)) ? draw(change.state) : was,
    provide: (field) => [
      EditorView.decorations.from(field),
      EditorView.bidiIsolatedRanges.of((view) => view.state.field(field)),
    ],
  });
}
