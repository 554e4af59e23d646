import { Engines } from '../../../worker/commands/context.ts';
import type { Engine } from '../../../worker/engine/engine.ts';

/** Engines that count how often a session of theirs is opened, without which nothing is computed. */
export class CountingEngines extends Engines {
  sessions = 0;
  /** Called at each, before it is opened. */
  onSession: () => void = () => {};

  override async engine(...words: Parameters<Engines['engine']>): Promise<Engine> {
    const engine = await super.engine(...words);
    const { name, dtype, device, threads, lanes } = engine;
    return {
      name,
      dtype,
      device,
      threads,
      lanes,
      compile: (...parts) => {
        const program = engine.compile(...parts);
        return {
          open: theta => {
            this.sessions++;
            this.onSession();
            return program.open(theta);
          },
          get notes() {
            return program.notes;
          },
          close: () => program.close(),
        };
      },
      dispose: () => engine.dispose(),
    };
  }
}
