import type { Argv, InferredOptionTypes } from 'yargs';
import { reportOptions } from '../options/common-options.js';
import { withInterruption } from '../process/interruption.js';
import { defineOptions } from '../options/options.js';
import { InterruptedError } from '../../signals/interrupted-error.js';
import { Progress } from '../process/progress.js';
import { galleryText } from '../results/publish.js';
import { printData, printJson } from '../process/streams.js';
import type { CommandBody } from '../options/lazy-command.js';

const options = { json: reportOptions.json };

interface ReportArguments extends InferredOptionTypes<typeof options> {
  readonly folder?: string;
}

export const reportCommand: CommandBody<ReportArguments> = {
  builder: (argv: Argv) =>
    defineOptions(argv, options)
      .positional('folder', {
        describe: 'Where the experiments left their reports',
        type: 'string',
        default: 'cntk-paper',
      })
      .example('$0 paper report', 'the reports in cntk-paper')
      .example('$0 paper report results', ''),
  handler: (args) => withInterruption((signal) => report(args.folder ?? 'cntk-paper', args.json, signal)),
};

async function report(folder: string, json: boolean | undefined, signal: AbortSignal): Promise<void> {
  const { drawGallery } = await import('../../paper/page/gallery.js');
  using progress = new Progress(false);
  const gallery = await drawGallery(folder, { signal }).catch((error: unknown) => {
    if (!(error instanceof InterruptedError)) throw error;
    throw new InterruptedError(error.signal, `the pictures drawn so far are in ${folder}`);
  });
  for (const warning of gallery.warnings) progress.warn(warning);
  if (json) printJson({ folder, ...gallery });
  else printData(galleryText(folder, gallery.files));
}
