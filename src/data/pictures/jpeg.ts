import type { Host } from '../host.js';
import type { Picture } from './decode-picture.js';

/** What libjpeg says of a content that it goes on with, in place of an error: pixels would be made up. */
let complaints: string[] = [];

type Decode = (buffer: ArrayBuffer) => Promise<{ data: Uint8ClampedArray; width: number; height: number }>;
let decoder: Promise<Decode> | undefined;

/** libjpeg as WebAssembly (mozjpeg, in @jsquash/jpeg): the values are those that Pillow, and with it torchvision, gets. */
async function openDecoder(host: Host): Promise<Decode> {
  const wasm = await host.jpegCode();
  // Its types belong to those of browsers, which are not loaded here.
  const { WebAssembly } = globalThis as unknown as {
    WebAssembly: { compile(bytes: Uint8Array): Promise<object> };
  };
  const module = await WebAssembly.compile(wasm);
  const { default: decode, init } = (await import('@jsquash/jpeg/decode.js')) as unknown as {
    default: Decode;
    init: (module: object, options: object) => Promise<void>;
  };
  const listen = (text: string) => complaints.push(text);
  await init(module, { print: listen, printErr: listen });
  return decode;
}

/** @param isGrey What its header says. @throws Error if it is cut off or damaged */
export async function decodeJpeg(host: Host, content: Uint8Array, isGrey: boolean): Promise<Picture> {
  const decode = await (decoder ??= openDecoder(host));
  complaints = [];
  let decoded: Awaited<ReturnType<Decode>> | undefined;
  try {
    decoded = await decode(Uint8Array.from(content).buffer);
  } catch {
    // What it throws is a number; it has told what is wrong.
  }
  const wrong = complaints.find((text) =>
    /premature end|corrupt|invalid|bogus|unsupported|no image/i.test(text),
  );
  if (decoded === undefined || wrong !== undefined) {
    throw new Error(
      `is cut off or damaged (${wrong ?? complaints.at(0) ?? 'it does not decode'}); fetch or save it again`,
    );
  }
  const { data, width, height } = decoded;
  const channels = isGrey ? 1 : 3;
  const values = new Uint8Array(height * width * channels);
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < channels; c++) values[i * channels + c] = data[4 * i + c];
  }
  return { data: values, height, width, channels };
}
