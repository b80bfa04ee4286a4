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

/** The addresses of sheets, made once for each. */
const addresses = new WeakMap<Pictures, string>();

/** Makes an element show one of several pictures as its background. */
export function showThumbnail({ style }: HTMLElement, pictures: Pictures, index: number): void {
  const { columns, rows, sheet } = pictures;
  const address = addresses.get(pictures) ?? URL.createObjectURL(sheet);
  addresses.set(pictures, address);
  const place = (at: number, count: number) => `${count > 1 ? (100 * at) / (count - 1) : 0}%`;
  style.backgroundImage = `url("${address}")`;
  style.backgroundSize = `${100 * columns}% ${100 * rows}%`;
  style.backgroundPosition = `${place(index % columns, columns)} ${place(Math.floor(index / columns), rows)}`;
}

/** One of several pictures. @param label What a screen reader says; decoration without one. */
export function thumbnail(pictures: Pictures, index: number, label?: string): HTMLElement {
  const picture = element('div', { class: 'thumb' });
  if (label === undefined) picture.setAttribute('aria-hidden', 'true');
  else {
    picture.setAttribute('role', 'img');
    picture.setAttribute('aria-label', label);
  }
  showThumbnail(picture, pictures, index);
  return picture;
}

/** Lets go of a sheet that is shown no more. */
export function forgetPictures(pictures: Pictures): void {
  const address = addresses.get(pictures);
  if (address !== undefined) URL.revokeObjectURL(address);
  addresses.delete(pictures);
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

/** Says something above everything else, until it is closed or the next run begins. */
export function showNotice(text: string): void {
  byId('notice', HTMLElement).hidden = false;
  byId('notice-text', HTMLElement).textContent = text;
}
