import { commandGroup } from './command-group.js';
import { lazyCommand } from './options/lazy-command.js';

export const paperCommand = commandGroup(
  'paper',
  'Regenerate what the NeurIPS 2019 paper reports, beside the published numbers',
  'an experiment',
  [
    lazyCommand(
      'table1',
      'Table 1: CNTK and CNN-GP on CIFAR-10 by depth, beside the published accuracies',
      async () => (await import('./paper/table1.js')).table1Command,
    ),
    lazyCommand(
      'architectures',
      'AlexNet, VGG, Myrtle and residual networks of infinite width side by side, on equal data',
      async () => (await import('./paper/architectures.js')).architecturesCommand,
    ),
    lazyCommand(
      'equivalence',
      'Trained finite networks approach the regression with their exact NTK (theorem 3.2)',
      async () => (await import('./paper/equivalence.js')).equivalenceCommand,
    ),
    lazyCommand(
      'montecarlo',
      'Random finite convolutional networks against the exact kernels: an independent check',
      async () => (await import('./paper/montecarlo.js')).montecarloCommand,
    ),
    lazyCommand(
      'cnn',
      'Trained finite CNNs beside CNTK and CNN-GP, on equal data',
      async () => (await import('./paper/cnn.js')).cnnCommand,
    ),
    lazyCommand(
      'smalldata',
      'Few training images: CNTK and CNN-GP against fully connected NTK, RBF and linear kernels',
      async () => (await import('./paper/smalldata.js')).smalldataCommand,
    ),
    lazyCommand(
      'report [folder]',
      'Draw the pictures and the page of all experiments again, from their .json files',
      async () => (await import('./paper/report.js')).reportCommand,
    ),
  ],
);
