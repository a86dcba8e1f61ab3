/** The names of the six colours of sources. */
export const colours = ['Violet', 'Cyan', 'Amber', 'Pink', 'Green', 'Orange'] as const;
