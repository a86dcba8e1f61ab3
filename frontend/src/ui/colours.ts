/** The six colours that sources are drawn with, by the names people know. */
export const colours = ['Violet', 'Cyan', 'Amber', 'Pink', 'Green', 'Orange'] as const;
