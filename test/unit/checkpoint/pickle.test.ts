import assert from 'node:assert/strict';
import {
  PersistentId,
  PickleGlobal,
  PickleObject,
  type PickleValue,
  parsePickle,
} from '../../../worker/checkpoint/pickle.ts';
import { refuses } from '../io/fixtures.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

const parse = (text: string): PickleValue => {
  const pickle = parsePickle('x', bytes(text));
  assert.ok(pickle, 'the pickle ends early');
  return pickle.value;
};

describe('pickle', () => {
  const values: [string, string, PickleValue][] = [
    ['INT', 'I-42\n.', -42],
    ['INT true', 'I01\n.', true],
    ['LONG', 'L-9223372036854775809L\n.', -9223372036854775809n],
    ['FLOAT', 'F0.5\n.', 0.5],
    ['STRING', "S'a\\n\\x41\\\\'\n.", 'a\nA\\'],
    ['UNICODE', 'V\\u00fc\n.', 'ü'],
    ['BININT', 'J\xff\xff\xff\xff.', -1],
    ['LONG1 negative', '\x80\x02\x8a\x01\xff.', -1],
    ['LONG1 of nothing', '\x8a\x00.', 0],
    ['LONG1 of ten bytes', '\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.', 0x1950a86a20f9469cfc6cn],
    ['LONG4', '\x8b\x02\0\0\0\x00\x80.', -32768],
    ['BINFLOAT', 'G\x3f\xf0\0\0\0\0\0\0.', 1],
    ['SHORT_BINUNICODE', '\x8c\x02\xc3\xbc.', 'ü'],
    ['SHORT_BINBYTES', 'C\x02\x01\x02.', Buffer.from([1, 2])],
    ['tuples', '(K\x01K\x02\x86\x85t.', [[[1, 2]]]],
    ['LIST and APPENDS', '](K\x01K\x02eK\x03a.', [1, 2, 3]],
    ['DICT', '(K\x01K\x02d.', new Map([[1, 2]])],
    [
      'SETITEMS',
      '}(K\x01K\x02K\x03K\x04u.',
      new Map([
        [1, 2],
        [3, 4],
      ]),
    ],
    ['ADDITEMS', '\x8f(K\x01K\x02\x90.', new Set([1, 2])],
    ['FROZENSET', '(K\x01\x91.', new Set([1])],
    ['memo', ']q\x00h\x00\x86.', [[], []]],
    ['MEMOIZE', '\x8c\x01a\x94h\x00\x86.', ['a', 'a']],
    ['DUP, POP and POP_MARK', 'K\x01(K\x05K\x061K\x0902\x86.', [1, 1]],
    ['GLOBAL', 'cposix\nsystem\n.', new PickleGlobal('posix', 'system')],
    ['STACK_GLOBAL', '\x8c\x01a\x8c\x01b\x93.', new PickleGlobal('a', 'b')],
    ['REDUCE', "cos\nsystem\n(S'ls'\ntR.", new PickleObject(new PickleGlobal('os', 'system'), ['ls'])],
    ['INST', '(K\x01ia\nb\n.', new PickleObject(new PickleGlobal('a', 'b'), [1])],
    ['OBJ', '(ca\nb\nK\x01o.', new PickleObject(new PickleGlobal('a', 'b'), [1])],
    ['BINPERSID', 'K\x01Q.', new PersistentId(1)],
    ['a frame', '\x80\x04\x95\x02\0\0\0\0\0\0\0K\x01.', 1],
  ];
  for (const [name, text, value] of values) it(name, () => assert.deepEqual(parse(text), value));

  it('keeps the state of an instance, and lets none replace what it is', () => {
    const value = parse("ca\nb\n)R}S'__proto__'\n}S'polluted'\nI01\nssb.");
    assert.ok(value instanceof PickleObject);
    assert.ok(value.state instanceof Map);
    assert.ok(value.state.has('__proto__'));
    assert.equal('polluted' in {}, false);
  });

  it('holds cycles as they are', () => {
    const value = parse(']q\x00h\x00a.');
    assert.ok(Array.isArray(value));
    assert.equal(value[0], value);
  });

  it('parses a million nested lists', () => {
    assert.ok(Array.isArray(parse(`${']'.repeat(1e6)}${'a'.repeat(999_999)}.`)));
  });

  const broken: [string, string, RegExp][] = [
    ['an unknown opcode', '\xff.', /unknown opcode 255 at byte 1/],
    ['a later protocol', '\x80\x06.', /unknown protocol 6/],
    ['an extension', '\x82\x01.', /unknown opcode 130/],
    ['an empty stack', '.', /an empty stack/],
    ['a stack emptied across a mark', 'K\x01(0.', /an empty stack/],
    ['no mark', 'e.', /no mark/],
    ['no memo', 'h\x07.', /no memo 7/],
    ['a call without arguments', 'ca\nb\nK\x01R.', /a call without arguments/],
    ['items of no dictionary', ']K\x01K\x02s.', /items of no dictionary/],
    ['an odd item', '}(K\x01u.', /items of no dictionary/],
    ['items of no list', 'K\x01K\x02a.', /items of no list/],
    ['items of no set', ']( K\x01\x90.'.replace(' ', ''), /items of no set/],
    ['a class without a name', 'K\x01K\x02\x93.', /a class without a name/],
    ['a number that is none', 'Iten\n.', /a number that is none/],
    ['an integer of a gigabyte', '\x8b\0\0\0\x40.', /an integer of 1073741824 bytes/],
    ['a string of exabytes', '\x8d\0\0\0\0\0\0\0\x10.', /a length of/],
    ['an unquoted string', 'Sabc\n.', /a string without quotes/],
  ];
  for (const [name, text, message] of broken) {
    it(`refuses ${name}`, () => refuses(async () => parse(text), 'input', message));
  }

  const short = [
    '',
    '\x80',
    'K',
    'X\xff\xff\xff\x7fabc',
    'B\xff\xff\xff\xff',
    'I12',
    '\x95\0',
    'K\x01',
    'T\xff\xff\xff\xffa',
  ];
  for (const text of short) {
    it(`asks for more bytes after ${JSON.stringify(text)}`, () => assert.equal(parsePickle('x', bytes(text)), null));
  }

  it('refuses a pickle that would take all memory', () =>
    refuses(async () => parsePickle('x', Buffer.alloc(2 ** 26, '}')), 'input', /its pickle holds too much/));
});
