import { typing } from '../lib/keys';

/** What is read as one text. */
const TEXTS = 'pre, code, dl, blockquote, [role=tabpanel], [role=document], li, p';

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
  const text = (from instanceof Element ? from : from?.parentElement)?.closest(TEXTS);
  if (text) selection?.selectAllChildren(text);
}
