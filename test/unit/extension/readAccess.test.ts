import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AllowedFolders } from '../../../extension/allowedFolders.ts';
import { ReadAccess } from '../../../extension/readAccess.ts';
import { inputError, OutsideError } from '../../../worker/errors.ts';

describe('read access', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'basin-allowed-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A request that needs /scratch, and a user who gives the answer to each question. */
  function setUp(answer: boolean) {
    const file = join(folder, 'storage', 'allowed.json');
    const questions: string[] = [];
    const sent: (readonly string[])[] = [];
    const create = () =>
      new ReadAccess(
        () => ['/w'],
        new AllowedFolders(file),
        async asked => {
          questions.push(asked);
          return answer;
        },
      );
    const request = async (roots: readonly string[]): Promise<string> => {
      sent.push(roots);
      if (!roots.includes('/scratch')) throw new OutsideError('a.pt: lies in /scratch.', '/scratch');
      return 'done';
    };
    return { file, create, request, questions, sent };
  }

  it('asks once, sends the request again, and remembers', async () => {
    const { create, request, questions, sent } = setUp(true);
    assert.equal(await create().send(request), 'done');
    assert.equal(await create().send(request), 'done');
    assert.deepEqual(questions, ['/scratch']);
    assert.deepEqual(sent, [['/w'], ['/w', '/scratch'], ['/w', '/scratch']]);
  });

  it('fails with the reason when the user declines, and asks again the next time', async () => {
    const { create, request, questions } = setUp(false);
    const access = create();
    for (let i = 0; i < 2; i++) await assert.rejects(access.send(request), { kind: 'outside' });
    assert.deepEqual(questions, ['/scratch', '/scratch']);
  });

  it('asks one question for two computations at once', async () => {
    const { create, request, questions } = setUp(true);
    const access = create();
    assert.deepEqual(await Promise.all([access.send(request), access.send(request)]), ['done', 'done']);
    assert.deepEqual(questions, ['/scratch']);
  });

  it('passes other failures on, and one about a folder that is allowed already', async () => {
    const { create, questions } = setUp(true);
    const fail = (error: Error) => create().send(() => Promise.reject(error));
    await assert.rejects(fail(inputError('a.pt: no.')), { kind: 'input' });
    await assert.rejects(fail(new OutsideError('a.pt: lies in /w.', '/w')), { kind: 'outside' });
    assert.deepEqual(questions, []);
  });

  it('forgets', async () => {
    const { file, create, request, questions } = setUp(true);
    await create().send(request);
    await new AllowedFolders(file).forget(['/scratch']);
    await create().send(request);
    assert.deepEqual(questions, ['/scratch', '/scratch']);
    assert.deepEqual(readdirSync(join(folder, 'storage')), ['allowed.json']);
  });

  for (const content of ['{', '{"a": 1}', '[1, null]']) {
    it(`allows nothing where ${content} was kept`, async () => {
      const file = join(folder, 'allowed.json');
      writeFileSync(file, content);
      assert.deepEqual(await new AllowedFolders(file).list(), []);
    });
  }
});
