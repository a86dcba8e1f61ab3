import type { Page } from '@playwright/test';

/**
 * Names what of the page is cut off, covered or too small to hit: controls, texts without an ellipsis
 * and a tooltip, and what would need a scroll bar of the page. Only the topmost dialog or menu is looked at where
 * one is open, because the rest cannot be used then. A page that `scrolls` may be taller than the window.
 */
export const misfits = (page: Page, scrolls = false): Promise<string[]> =>
  page.evaluate((scrolls) => {
    const found = new Set<string>();
    const CONTROLS = 'button, a[href], input, select, textarea, summary, [role=option], [role=tab], [role=menuitem]';

    /** The least width and height of a control, in pixels (WCAG 2.5.8). */
    const TARGET = 24;

    interface Box {
      left: number;
      top: number;
      right: number;
      bottom: number;
    }
    const meet = (a: Box, b: Box): Box => ({
      left: Math.max(a.left, b.left),
      top: Math.max(a.top, b.top),
      right: Math.min(a.right, b.right),
      bottom: Math.min(a.bottom, b.bottom),
    });
    const say = (element: Element) => {
      const words = element.getAttribute('aria-label') ?? element.textContent?.trim().replace(/\s+/g, ' ') ?? '';
      const of =
        element.className && typeof element.className === 'string' ? `.${element.className.split(' ')[0]}` : '';
      return `${element.localName}${of} “${words.slice(0, 50)}”`;
    };

    const { scrollWidth, scrollHeight } = document.documentElement;
    const window_: Box = { left: 0, top: 0, right: innerWidth, bottom: scrolls ? scrollHeight : innerHeight };
    if (scrollWidth > innerWidth || (!scrolls && scrollHeight > innerHeight))
      found.add(`the page is ${scrollWidth} × ${scrollHeight}`);

    const layers = [...document.querySelectorAll('dialog:modal, [popover]:popover-open, [role=menu]')];
    const scope = layers.at(-1) ?? document.body;
    const seen = (element: Element) =>
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !element.closest('.unseen');

    /** What of an element may be seen, and whether it was cut off where nobody can scroll. */
    function sight(element: Element, box: Box) {
      let left = meet(box, window_);
      let cut: Element | null = null;
      const over = (by: Box) =>
        box.left < by.left - 1 || box.right > by.right + 1 || box.top < by.top - 1 || box.bottom > by.bottom + 1;
      if (over(window_)) cut = document.documentElement;
      let fixed = getComputedStyle(element).position === 'fixed';
      for (let up = element.parentElement; up && up !== document.body && !fixed; up = up.parentElement) {
        const style = getComputedStyle(up);
        if (style.position === 'fixed' || up.matches('dialog')) fixed = true;
        if (style.overflowX === 'visible' && style.overflowY === 'visible') continue;
        const by = up.getBoundingClientRect();
        const scrolls =
          (/auto|scroll/.test(style.overflowY) && (box.top < by.top || box.bottom > by.bottom)) ||
          (/auto|scroll/.test(style.overflowX) && (box.left < by.left || box.right > by.right));
        left = meet(left, by);
        if (scrolls) return { left, cut: null };
        if (over(by)) cut ??= up;
      }
      return { left, cut };
    }

    // What is scrolled out of sight has nothing to point at.
    const titled = (element: Element, box: Box) => {
      if (box.right - box.left < 6 || box.bottom - box.top < 6) return true;
      const hit = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
      return element.closest('[title]') !== null || (hit?.closest('[title]') ?? null) !== null;
    };

    for (const control of scope.querySelectorAll<HTMLElement>(CONTROLS)) {
      if (!seen(control) || control.closest('[inert]') || getComputedStyle(control).pointerEvents === 'none') continue;
      const box = control.getBoundingClientRect();
      if (box.width < 2 || box.height < 2 || getComputedStyle(control).clipPath !== 'none') continue;
      // A link inside a sentence is as high as its line, a field is as large as the box around it, and a
      // button may have its row as its area.
      const [area, style] = [control.closest('label')?.getBoundingClientRect() ?? box, getComputedStyle(control)];
      const overlaid = getComputedStyle(control, '::after').position === 'absolute';
      const field = control.matches('textarea, select, input:not([type=checkbox], [type=radio])');
      const inline = style.display === 'inline' || control.parentElement?.localName === 'p';
      if (!overlaid && !field && !inline && Math.min(area.width, area.height) < TARGET - 0.5)
        found.add(`${Math.round(area.width)}×${Math.round(area.height)} pixels: ${say(control)}`);
      // A row of a long list may be half out of sight.
      const { left, cut } = sight(control, box);
      if (cut) found.add(`cut off: ${say(control)} by ${say(cut).slice(0, 40)}`);
      const [width, height] = [left.right - left.left, left.bottom - left.top];
      if (width < 4 || height < 4) continue;
      for (const [x, y] of [
        [0.5, 0.5],
        [0.1, 0.5],
        [0.9, 0.5],
      ]) {
        const hit = document.elementFromPoint(left.left + width * x, left.top + height * y);
        if (!hit || hit === control || control.contains(hit)) continue;
        if (hit.contains(control) && !(hit.localName === 'dialog')) continue;
        if (control.closest('label')?.contains(hit)) continue;
        // A control that lies inside another, such as a cross in a field.
        if (control.parentElement?.contains(hit) && hit.closest(CONTROLS) !== null && control.matches('input'))
          continue;
        // The completions of a field, and what is wrong with it, lie over what is below.
        if (hit.shadowRoot?.querySelector('[role=listbox]') || hit.closest('.refused')) continue;
        // A toast lies over rows for some seconds.
        if (control.matches('[role=option]') && hit.closest('[aria-live]')) continue;
        found.add(`covered: ${say(control)} by ${say(hit)}`);
        break;
      }
    }

    const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!parent || !node.textContent?.trim() || parent.closest('option, script, style, .cm-editor, .json')) continue;
      if (!seen(parent) || parent.closest('[aria-hidden=true]')) continue;
      if (getComputedStyle(parent.closest('button') ?? parent).clipPath !== 'none') continue;
      range.selectNodeContents(node);
      const rect = range.getBoundingClientRect();
      if (rect.width < 1 || rect.height < 1) continue;
      const { left, cut } = sight(parent, rect);
      // The box of the text itself.
      const own = getComputedStyle(parent);
      const by = own.overflowX === 'hidden' || own.overflowX === 'clip' ? parent : cut;
      const limit = by?.getBoundingClientRect();
      if (by && limit && (rect.right > limit.right + 1 || rect.left < limit.left - 1)) {
        let ellipsis = false;
        for (let up: Element | null = parent; up && by.contains(up); up = up.parentElement) {
          if (getComputedStyle(up).textOverflow === 'ellipsis') ellipsis = true;
        }
        if (!ellipsis) found.add(`cut without an ellipsis: ${say(parent)}`);
        else if (!titled(parent, left) && !parent.closest('[role=option], [role=treeitem]')) {
          found.add(`cut without a tooltip: ${say(parent)}`);
        }
      } else if (by && limit && (rect.bottom > limit.bottom + 3 || rect.top < limit.top - 3)) {
        found.add(`cut in its height: ${say(parent)}`);
      } else if (own.display !== 'inline' && !/auto|scroll/.test(own.overflowX) && own.whiteSpace !== 'pre-wrap') {
        const box = parent.getBoundingClientRect();
        if (rect.right > box.right + 2) found.add(`runs out of its box: ${say(parent)}`);
      }
      const [width, height] = [left.right - left.left, left.bottom - left.top];
      if (width < 6 || height < 6) continue;
      const hit = document.elementFromPoint(left.left + Math.min(width / 2, 40), left.top + height / 2);
      if (!hit || hit.contains(parent) || parent.contains(hit)) continue;
      // The control of a row may lie over the whole row.
      if (hit.closest('label, [role=option], [role=row]')?.contains(parent)) continue;
      // What is wrong with a typed filter lies over what is below, so that no row moves.
      if (hit.closest('.refused') || hit.parentElement?.querySelector(':scope > [role=alert]')) continue;
      if (hit.shadowRoot?.querySelector('[role=listbox]')) continue;
      if (parent.closest('[role=option]') && hit.closest('[aria-live]')) continue;
      found.add(`covered text: ${say(parent)} by ${say(hit)}`);
    }

    const canvas = document.createElement('canvas').getContext('2d')!;
    for (const input of scope.querySelectorAll<HTMLInputElement>('input[placeholder]')) {
      if (!seen(input) || input.value || input.closest('[title]')) continue;
      const style = getComputedStyle(input);
      canvas.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
      const room = input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      if (canvas.measureText(input.placeholder).width > room + 2) found.add(`cut placeholder: “${input.placeholder}”`);
    }
    return [...found];
  }, scrolls);
