import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Memento } from 'vscode';
import { PanelMemory } from '../../../extension/panelMemory.ts';

/** Keeps values as VS Code does: as JSON. */
function memento(kept: Record<string, unknown> = {}): Memento {
  return {
    keys: () => Object.keys(kept),
    get: (key: string) => kept[key] as never,
    update: async (key, value) => {
      kept[key] = JSON.parse(JSON.stringify(value));
    },
  };
}

describe('memory of panels', () => {
  it('knows in another window how the reader looked last', () => {
    const everywhere = memento();
    const memory = new PanelMemory(everywhere);
    assert.equal(memory.view, undefined);
    memory.rememberView({ metric: 'loss' });
    memory.rememberView({ metric: 'accuracy' });
    assert.deepEqual(new PanelMemory(everywhere).view, { metric: 'accuracy' });
  });

  it('takes nothing up that is no view', () => {
    fc.assert(
      fc.property(fc.jsonValue(), view => {
        const memory = new PanelMemory(memento({ view }));
        assert.ok(memory.view === undefined || typeof memory.view === 'object');
        memory.rememberView({ metric: 'accuracy' });
        assert.deepEqual(memory.view, { metric: 'accuracy' });
      }),
    );
  });
});
