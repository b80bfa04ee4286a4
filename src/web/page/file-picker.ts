import type { DataFacts, PickedFile } from '../protocol.js';
import { byId } from './dom.js';

/** Files of one's own: chosen, a whole folder of them, or dropped anywhere on the page. */
export class FilePicker {
  private readonly back = byId('back-to-digits', HTMLButtonElement);
  private readonly error = byId('data-error', HTMLElement);

  /** @param picked Called with the files. @param digits Called when the digits are wanted again. */
  constructor(
    private readonly picked: (files: readonly PickedFile[]) => void,
    digits: () => void,
  ) {
    for (const id of ['pick-files', 'pick-folder']) {
      const input = byId(id, HTMLInputElement);
      input.addEventListener('change', () => {
        this.take(
          Array.from(input.files ?? [], (file) => ({
            name: file.webkitRelativePath || file.name,
            blob: file,
          })),
        );
        // The same files may be chosen again, after a change.
        input.value = '';
      });
    }
    this.back.addEventListener('click', digits);
    addEventListener('dragover', (event) => {
      event.preventDefault();
      document.body.classList.add('dropping');
    });
    addEventListener('dragleave', ({ relatedTarget }) => {
      if (relatedTarget === null) document.body.classList.remove('dropping');
    });
    addEventListener('drop', (event) => {
      event.preventDefault();
      document.body.classList.remove('dropping');
      void this.drop(event.dataTransfer!);
    });
  }

  /** The data that are used now. */
  show({ kind }: DataFacts): void {
    this.error.hidden = true;
    this.back.hidden = kind === 'digits';
  }

  refuse(message: string): void {
    this.error.textContent = message;
    this.error.hidden = false;
  }

  private async drop({ items }: DataTransfer): Promise<void> {
    // Entries are asked for at once: after the event they are gone.
    const entries = Array.from(items).flatMap((item) => item.webkitGetAsEntry() ?? []);
    try {
      this.take((await Promise.all(entries.map(filesIn))).flat());
    } catch (error) {
      this.refuse(`The files cannot be read: ${(error as Error).message}`);
    }
  }

  private take(files: readonly PickedFile[]): void {
    if (files.length === 0) return;
    this.error.hidden = true;
    byId('data-facts', HTMLElement).textContent = 'Reading…';
    this.picked(files);
  }
}

/** The files of a file or a folder, with their paths. */
async function filesIn(entry: FileSystemEntry): Promise<PickedFile[]> {
  if (entry.isFile) {
    const blob = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ name: entry.fullPath.replace(/^\//, ''), blob }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: PickedFile[] = [];
  for (;;) {
    // A folder is told in parts; an empty one is the end.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) return files;
    files.push(...(await Promise.all(part.map(filesIn))).flat());
  }
}
