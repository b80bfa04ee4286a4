// The page stays quick under a user's hands when no task of it is long: what changes much is shown in several frames.

/** A page that nobody looks at has no frames; what waits for one goes on after this time. */
const LONGEST_MS = 100;

/** Resolves, in a task of its own, when the browser has laid out and painted what has been changed until now. */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, LONGEST_MS);
    requestAnimationFrame(() => {
      clearTimeout(late);
      // The frame is laid out and painted after this, and before the next task.
      setTimeout(resolve);
    });
  });
}

/** A function that does something once before the next frame, however often it is called until then. */
export function beforeFrame(action: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      action();
    });
  };
}
