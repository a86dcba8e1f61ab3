import { typing } from '../lib/keys';

/**
 * Keeps Ctrl+A within the text that has the focus. Otherwise it would select the whole shell, with
 * buttons and all. Text fields select their own text.
 */
export function selectAll(event: KeyboardEvent): void {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== 'a' || typing(event.target))
    return;
  event.preventDefault();
  const selection = getSelection();
  const from = selection?.isCollapsed === false ? selection.anchorNode : (event.target as Node);
  const text = textAround(from);
  if (text) selection?.selectAllChildren(text);
}

/** The outermost element around a node whose text can be selected; null if there is none. */
function textAround(node: Node | null): Element | null {
  let found: Element | null = null;
  for (let e = node instanceof Element ? node : (node?.parentElement ?? null); e; e = e.parentElement) {
    const { userSelect, webkitUserSelect } = getComputedStyle(e) as CSSStyleDeclaration & { webkitUserSelect?: string };
    if (userSelect === 'text' || webkitUserSelect === 'text') found = e;
  }
  return found;
}
