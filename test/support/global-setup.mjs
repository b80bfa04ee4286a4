// Before any test: the linked shaders, and an adapter. The Vulkan loader reads the real environment, which a test
// file cannot change (jest gives it a copy), so the software adapter is offered here.
import { linkShaders } from '../../scripts/link-shaders.mjs';
import * as software from '../../scripts/software-adapter.mjs';

export default async function globalSetup() {
  await linkShaders();
  const hasAdapter = software.machineHasAdapter();
  if (!software.isSupported) return;
  if ((!hasAdapter || software.isRequested()) && !software.isUnpacked()) await software.unpack();
  if (!software.isUnpacked()) return;
  if (hasAdapter) software.addToEnvironment();
  else software.useAlone();
}
