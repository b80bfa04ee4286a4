/** No adapter, not the one asked for, or one that does not open; the message says what to do. */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';

  /** @param isChoice Whether another adapter may be asked for. */
  constructor(
    message: string,
    readonly isChoice = false,
  ) {
    super(message);
  }
}

const INSTALL: Partial<Record<NodeJS.Platform, string>> = {
  linux: `install the Vulkan driver of the GPU (mesa-vulkan-drivers for AMD and Intel, the NVIDIA driver with its Vulkan
  library for NVIDIA), and libvulkan1. Without a GPU: "npm run setup" in a checkout of this project unpacks the software
  adapter SwiftShader (x64, no root needed); scripts/install-lavapipe.sh installs Mesa's faster one (Debian, Ubuntu;
  Mesa 24 or newer). CNTK_SWIFTSHADER_DIR names a folder that holds SwiftShader elsewhere.`,
  win32: `update the graphics driver (Direct3D 12 or Vulkan is needed). Windows 10 and 11 bring the software adapter "Microsoft
  Basic Render Driver"; if that is missing too, the system has no Direct3D 12.`,
  darwin: `WebGPU needs a GPU with Metal; virtual machines often have none. Update macOS, or use another machine.`,
};

/** The error for a machine on which no adapter was found. */
export function noAdapterError(): AdapterError {
  const remedy = INSTALL[process.platform] ?? 'install a Vulkan driver for the GPU.';
  return new AdapterError(
    `no GPU adapter found on this ${process.platform}-${process.arch} machine.\n  To get one: ${remedy}`,
  );
}

/** The error for a requested name that no adapter's name contains. */
export function unknownAdapterError(requested: string, available: readonly string[]): AdapterError {
  const list = available.map((name) => `  ${name}`).join('\n');
  return new AdapterError(
    `no adapter's name contains "${requested}" (asked for by name, or by the variable CNTK_ADAPTER). Available:\n${list}`,
  );
}
