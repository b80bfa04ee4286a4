/**
 * Whom a long job tells how it goes. The command line writes it on stderr; a program of its own may show it elsewhere,
 * or give none. Each phase has a name, and ends where the next one begins.
 */
export interface Reporter {
  /** Begins a phase. */
  phase(name: string): void;
  /** @param fraction Of the phase, 0 … 1. @param detail Such as speed and time left. */
  update(fraction: number, detail?: string): void;
  /** Ends the phase. @param remark What there is to say of it, instead of the last detail. */
  end(remark?: string): void;
  /** A message that the user may pass over. */
  note(message: string): void;
  /** A message about the result, which belongs into its report. */
  warn(message: string): void;
  /** A message about a failure that is being thrown: what there is to go on from. */
  hint(message: string): void;
}

const nothing = () => undefined;

/** Tells nobody. */
export const SILENT: Reporter = {
  phase: nothing,
  update: nothing,
  end: nothing,
  note: nothing,
  warn: nothing,
  hint: nothing,
};
