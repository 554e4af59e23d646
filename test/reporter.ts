/** Mocha's usual reporter, which also tells of second tries, and writes the report that BASIN_REPORT names. */
import Mocha, { type MochaOptions, type Runner, type Test } from 'mocha';
import { reportTo, retryNote } from './report.ts';

export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    runner.on('retry', (test: Test, error: Error) => {
      console.log(retryNote({ title: test.fullTitle(), error: String(error) }));
    });
    if (process.env.BASIN_REPORT) reportTo(runner, process.env.BASIN_REPORT);
  }
}
