/** What the editor and the reader share: look, colours, and the signs of hidden characters. */
import { RangeSetBuilder, type Extension } from '@codemirror/state';
import {
  Decoration,
  Direction,
  EditorView,
  highlightSpecialChars,
  ViewPlugin,
  type DecorationSet,
  type ViewUpdate,
} from '@codemirror/view';
import { hidden, signOf } from '../../lib/disguise';
import { looksLikeJSON, tokens } from '../../lib/tokens';

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'transparent', color: 'var(--text)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    overflow: 'auto',
    fontFamily: 'var(--mono)',
    fontSize: 'var(--fs-s)',
    fontVariantLigatures: 'none',
    lineHeight: '1.6',
    scrollbarWidth: 'thin',
    scrollbarColor: 'color-mix(in srgb, var(--muted) 45%, transparent) transparent',
  },
  '.cm-content': { padding: '0', caretColor: 'var(--text)', overflowWrap: 'anywhere' },
  '.cm-line': { padding: '0' },
  '.cm-placeholder': { color: 'var(--muted)' },
  '& ::selection, &.cm-focused ::selection': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 35%, transparent)',
  },
  // Each token is laid out by itself, so that right-to-left text cannot swap a name and its value.
  '.token': { unicodeBidi: 'isolate' },
  '.json-k': { color: 'var(--json-key)' },
  '.json-s': { color: 'var(--json-str)' },
  '.json-n': { color: 'var(--json-num)' },
  '.json-l': { color: 'var(--json-lit)' },
  '.sign': {
    padding: '0 2px',
    borderRadius: '3px',
    backgroundColor: 'color-mix(in srgb, var(--warn) 22%, transparent)',
    color: 'var(--warn)',
    fontSize: '0.85em',
    unicodeBidi: 'isolate',
  },
});

const marks = Object.fromEntries(
  ['k', 's', 'n', 'l', ''].map((kind) => [
    kind,
    Decoration.mark({ class: kind ? `token json-${kind}` : 'token', bidiIsolate: Direction.LTR }),
  ]),
);
// Punctuation and space stay outside, or every gap between two tokens would be an element.
const WORDS = /[^\s{}[\]:,]/;

/** Farther into a line nothing is coloured: a token is only known from the beginning of its line. */
const FAR = 20_000;

/** Colours the JSON in sight. It looks at single lines, so that a keystroke costs the same in a long text as in a short one. */
export const colours = (): Extension =>
  ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;

      constructor(view: EditorView) {
        this.decorations = this.draw(view);
      }

      update(update: ViewUpdate) {
        if (update.docChanged || update.viewportChanged) this.decorations = this.draw(update.view);
      }

      draw(view: EditorView): DecorationSet {
        const builder = new RangeSetBuilder<Decoration>();
        const { doc } = view.state;
        if (!looksLikeJSON(doc.sliceString(0, 200))) return builder.finish();
        let done = -1;
        for (const { from, to } of view.visibleRanges) {
          for (let at = from; at <= to;) {
            const line = doc.lineAt(at);
            if (line.from > done) {
              const end = Math.min(line.to, to, line.from + FAR);
              let place = line.from;
              for (const token of tokens(doc.sliceString(line.from, end), 4000)) {
                const next = place + token.text.length;
                if (token.kind || WORDS.test(token.text)) builder.add(place, next, marks[token.kind]);
                place = next;
              }
              done = line.from;
            }
            at = line.to + 1;
          }
        }
        return builder.finish();
      }
    },
    {
      decorations: (plugin) => plugin.decorations,
      provide: (plugin) =>
        EditorView.bidiIsolatedRanges.of((view) => view.plugin(plugin)?.decorations ?? Decoration.none),
    },
  );

/** The extensions of every text surface. */
export const surface = (): Extension => [
  look,
  EditorView.lineWrapping,
  highlightSpecialChars({
    specialChars: hidden(),
    render(code) {
      const sign = document.createElement('span');
      sign.className = 'sign';
      sign.textContent = signOf(code);
      return sign;
    },
  }),
  colours(),
];

/**
 * The place for a text surface in an element. Its styles are adopted by a shadow root: the page's
 * policy allows no style element.
 */
export function placeIn(host: HTMLElement): HTMLElement {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const place = document.createElement('div');
  place.style.cssText = 'flex: 1; min-width: 0; height: 100%; max-height: inherit;';
  root.replaceChildren(place);
  return place;
}
