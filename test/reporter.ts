/** Mocha's usual reporter, which also writes the report that BASIN_REPORT names. */
import Mocha, { type MochaOptions, type Runner } from 'mocha';
import { reportTo } from './report.ts';

export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    if (process.env.BASIN_REPORT) reportTo(runner, process.env.BASIN_REPORT);
  }
}
