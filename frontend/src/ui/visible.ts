import type { Attachment } from 'svelte/attachments';

/** Calls `begin` when the element becomes visible, and the function that it returned when the element no longer is. */
export function whileVisible(begin: () => () => void): Attachment {
  return (element) => {
    let end: (() => void) | undefined;
    const observer = new IntersectionObserver((entries) => {
      const visible = entries.some((entry) => entry.isIntersecting);
      if (visible) end ??= begin();
      else {
        end?.();
        end = undefined;
      }
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      end?.();
    };
  };
}
