import type { Sentence } from '../bridge/types';

/** The words of a sentence of the program: the sentence itself and its hint. */
export const sentence = ({ message, hint }: Sentence): string => (hint ? `${message} ${hint}` : message);
