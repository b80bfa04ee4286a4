// Paths as texts, by what every JavaScript has; a page's paths are those of dropped files, with slashes.

const { platform } = (globalThis as { process?: { platform?: string } }).process ?? {};
const SEPARATORS = platform === 'win32' ? /[\\/]/ : /\//;

/** The last part of a path. */
export function baseName(path: string): string {
  return path.split(SEPARATORS).findLast((part) => part !== '') ?? '';
}

/** The folder that something is in; `.` if its path names none. */
export function folderName(path: string): string {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf(baseName(path))));
  if (folder === '') return '.';
  return folder.split(SEPARATORS).every((part) => part === '') ? folder.charAt(0) : folder.slice(0, -1);
}

/** The last part of a path from its last point on; nothing for a name that only begins with one. */
export function nameEnding(path: string): string {
  const name = baseName(path);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot) : '';
}

/** The path of something in a folder. */
export function inFolder(folder: string, name: string): string {
  const plain = folder.replace(/^(?:\.\/+)+(?=.)/, '');
  if (plain === '.' || plain === '') return name;
  return plain.endsWith('/') ? plain + name : `${plain}/${name}`;
}
