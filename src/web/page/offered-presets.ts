/** Presets that the list offers; an address may name any other. */
export const OFFERED_PRESETS: readonly string[] = [
  'fc:4',
  'myrtle5',
  'myrtle7',
  'myrtle10',
  'resnet:8',
  'resnet:20',
  'vgg11',
  'vgg19',
  'alexnet',
];
