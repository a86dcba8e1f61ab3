/** A text that can be edited. */
import { history, historyKeymap, standardKeymap } from '@codemirror/commands';
import { Compartment, EditorState } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { placeIn, surface } from './surface';

interface Words {
  label: string;
  placeholder: string;
  wrong: boolean;
}

const look = EditorView.theme({
  '&': { maxHeight: 'inherit' },
  '.cm-scroller': { maxHeight: 'inherit' },
  '.cm-content': { padding: '8px 10px 4px', minHeight: '100%' },
});

/** An Editor is the text surface of a form. Undo and redo are its own. */
export class Editor {
  readonly #view: EditorView;
  readonly #words = new Compartment();
  #text: string;

  constructor(host: HTMLElement, text: string, words: Words, onchange: (text: string) => void) {
    this.#text = text;
    const place = placeIn(host);
    this.#view = new EditorView({
      parent: place,
      root: host.shadowRoot!,
      state: EditorState.create({
        doc: text,
        extensions: [
          look,
          surface(),
          history(),
          keymap.of([...historyKeymap, ...standardKeymap]),
          this.#words.of(spoken(words)),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return;
            const text = update.state.doc.toString();
            if (text === this.#text) return;
            this.#text = text;
            onchange(text);
          }),
        ],
      }),
    });
  }

  /** Replaces the text, so that it can be undone. */
  set(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    const { state } = this.#view;
    this.#view.dispatch({
      changes: { from: 0, to: state.doc.length, insert: state.toText(text) },
      selection: { anchor: 0 },
    });
  }

  say(words: Words): void {
    this.#view.dispatch({ effects: this.#words.reconfigure(spoken(words)) });
  }

  focus(): void {
    this.#view.focus();
  }

  /** Selects one character, and shows it. */
  show(at: number): void {
    const { length } = this.#view.state.doc;
    this.#view.dispatch({
      selection: { anchor: Math.min(at, length), head: Math.min(at + 1, length) },
      scrollIntoView: true,
    });
    this.#view.focus();
  }

  destroy(): void {
    this.#view.destroy();
  }
}

const spoken = ({ label, placeholder: hint, wrong }: Words) => [
  placeholder(hint),
  EditorView.contentAttributes.of({
    'aria-label': label,
    'aria-placeholder': hint,
    ...(wrong ? { 'aria-invalid': 'true' } : {}),
  }),
];
