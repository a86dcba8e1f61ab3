/** The words of the errors of a form, by field. They are functions, because the language may change while the form is open. */
export type Faults<Name extends string = string> = Partial<Record<Name, () => string>>;

/** The errors in the shown language. */
export const spoken = <Name extends string>(faults: Faults<Name>): Partial<Record<Name, string>> =>
  Object.fromEntries(
    Object.entries<(() => string) | undefined>(faults).map(([name, words]) => [name, words?.()]),
  ) as Partial<Record<Name, string>>;
