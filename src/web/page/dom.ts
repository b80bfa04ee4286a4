import type { Pictures } from '../protocol.js';

/** The element of this id, of which the page knows the class. @throws Error: page and program do not fit each other */
export function byId<E extends Element>(id: string, kind: new () => E): E {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new Error(`the page has no ${kind.name} #${id}`);
}

/** A new element with attributes, and children or text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** The SVG document of a markup as an element of this page. */
export function svgElement(markup: string): Element {
  const parsed = new DOMParser().parseFromString(markup, 'image/svg+xml');
  return document.importNode(parsed.documentElement, true);
}

/** One of several pictures on a canvas of its own. @param label What a screen reader says; decoration without one. */
export function thumbnail(pictures: Pictures, index: number, label?: string): HTMLCanvasElement {
  const canvas = element('canvas', { class: 'thumb' });
  if (label === undefined) canvas.setAttribute('aria-hidden', 'true');
  else {
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', label);
  }
  canvas.width = pictures.width;
  canvas.height = pictures.height;
  canvas.getContext('2d')!.putImageData(pictureData(pictures, index), 0, 0);
  return canvas;
}

export function pictureData({ rgba, width, height }: Pictures, index: number): ImageData {
  const size = 4 * width * height;
  return new ImageData(rgba.slice(index * size, (index + 1) * size), width, height);
}

/** Calls `changed` with the width of an element, now and whenever that changes. */
export function onWidth(watched: Element, changed: (width: number) => void): void {
  let last = 0;
  new ResizeObserver(([{ contentRect }]) => {
    const width = Math.round(contentRect.width);
    if (width === last || width === 0) return;
    last = width;
    changed(width);
  }).observe(watched);
}

/** Lets the browser save a file. */
export function saveFile(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  element('a', { href: address, download: name }).click();
  // Some browsers fetch it a moment later.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
