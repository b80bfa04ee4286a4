/** The folder that `npm run web:build` fills. */
export const WEB_FOLDER: string;
/** Builds the page into a folder, in place of what was there. */
export function buildWeb(folder?: string): Promise<void>;
