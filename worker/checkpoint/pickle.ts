import { type BasinError, inputError } from '../errors.ts';

/**
 * Reads Python pickles, protocols 0 to 5, as data: nothing is imported, called or executed. A class or function is
 * only its name, and what a pickle builds with it is an inert record of the arguments and the state.
 *
 * Own code, because the parser on npm (pickleparser 0.2.1) cannot be made safe or right from outside: a negative
 * BINBYTES length moves it backwards for ever, pickled state is assigned onto live objects, so that a `__proto__` key
 * changes what they are, its stack is unchecked, negative integers come out positive, and it stops at the ten-byte
 * integer that PyTorch's old container begins with.
 */
export interface Pickle {
  readonly value: PickleValue;
  /** Every persistent id, in order: in PyTorch's files, the storages. */
  readonly persistentIds: readonly PersistentId[];
  /** Where the pickle ends, just behind its STOP. */
  readonly end: number;
}

/** Lists and tuples are both arrays. Values may be shared and may contain themselves. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Dictionary
  | Set<PickleValue>
  | PickleGlobal
  | PickleObject
  | PersistentId;

/** A map, never a plain object: any key is only a key. */
export type Dictionary = Map<PickleValue, PickleValue>;

/** The name of a class or function. */
export class PickleGlobal {
  readonly qualifiedName: string;

  constructor(module: string, name: string) {
    this.qualifiedName = `${module}.${name}`;
  }
}

/** What a pickle would have built by calling `callable` with `args`. */
export class PickleObject {
  readonly callable: PickleValue;
  readonly args: readonly PickleValue[];
  /** What `__setstate__` would have been given. */
  state: PickleValue = null;
  /** Items set on it as on a dictionary, and appended to it as to a list. */
  readonly entries: Dictionary = new Map();
  readonly items: PickleValue[] = [];

  constructor(callable: PickleValue, args: readonly PickleValue[]) {
    this.callable = callable;
    this.args = args;
  }
}

/** A reference to something outside the pickle. */
export class PersistentId {
  readonly id: PickleValue;

  constructor(id: PickleValue) {
    this.id = id;
  }
}

/** Longest pickle read: the names and shapes of 100 000 tensors take some 20 MiB. */
export const MAX_PICKLE = 2 ** 28;

/**
 * Memory that values may take, as estimated: a quarter of the heap that Node grants itself. One byte of a pickle can
 * ask for a whole dictionary, so the pickle's length alone is no bound.
 */
const MEMORY_BUDGET = 2 ** 29;
const SLOT_BYTES = 24;
const CONTAINER_BYTES = 96;
const DICTIONARY_BYTES = 256;
const OBJECT_BYTES = 640;

/** Longest integer: random number generators keep some of 128 bits; converting a huge one takes quadratic time. */
const MAX_INTEGER_BYTES = 256;

/**
 * Parses the pickle at the beginning of `bytes`; byte strings in it are views of them.
 * Null where `bytes` end before the pickle does. Throws `input`, naming `file`, where they are no pickle.
 */
export function parsePickle(file: string, bytes: Uint8Array): Pickle | null {
  const machine = new Machine(file, bytes);
  try {
    for (;;) {
      const opcode = machine.byte();
      if (opcode === STOP) return { value: machine.pop(), persistentIds: machine.persistentIds, end: machine.position };
      const operation = OPERATIONS.get(opcode);
      if (operation === undefined) throw machine.damaged(`unknown opcode ${opcode}`);
      operation(machine);
    }
  } catch (error) {
    if (error === END_OF_BYTES) return null;
    throw error;
  }
}

/** Thrown by the machine's reads; never leaves this file. */
const END_OF_BYTES = Symbol('end of bytes');

/** The unpickling machine: a cursor, a stack with marks, and a memo. */
class Machine {
  readonly persistentIds: PersistentId[] = [];
  readonly memo = new Map<number, PickleValue>();
  position = 0;
  readonly #file: string;
  readonly #bytes: Buffer;
  readonly #stack: PickleValue[] = [];
  readonly #marks: number[] = [];
  #spent = 0;

  constructor(file: string, bytes: Uint8Array) {
    this.#file = file;
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  damaged(how: string): BasinError {
    return inputError(`${this.#file}: broken pickle (${how} at byte ${this.position}); save the checkpoint again.`);
  }

  /** Takes `length` bytes; a declared length is held against what is there before anything is made of it. */
  take(length: number): Buffer {
    if (length > this.#bytes.length - this.position) throw END_OF_BYTES;
    this.position += length;
    return this.#bytes.subarray(this.position - length, this.position);
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  uint32(): number {
    return this.take(4).readUInt32LE();
  }

  uint64(): number {
    const value = this.take(8).readBigUInt64LE();
    if (value > MAX_PICKLE) throw this.damaged(`a length of ${value}`);
    return Number(value);
  }

  line(): string {
    const end = this.#bytes.indexOf(10, this.position);
    if (end < 0) throw END_OF_BYTES;
    const text = this.take(end - this.position).toString('latin1');
    this.position += 1;
    return text;
  }

  text(bytes: Buffer, encoding: 'utf8' | 'latin1'): void {
    this.push(bytes.toString(encoding), bytes.length * 2);
  }

  push(value: PickleValue, cost = 0): void {
    this.#spent += SLOT_BYTES + cost;
    if (this.#spent > MEMORY_BUDGET) {
      throw inputError(`${this.#file}: its pickle holds too much; save the model's state_dict alone.`);
    }
    this.#stack.push(value);
  }

  pop(): PickleValue {
    if (this.#stack.length === (this.#marks.at(-1) ?? 0)) throw this.damaged('an empty stack');
    return this.#stack.pop()!;
  }

  top(): PickleValue {
    const value = this.pop();
    this.#stack.push(value);
    return value;
  }

  mark(): void {
    this.#spent += SLOT_BYTES;
    this.#marks.push(this.#stack.length);
  }

  /** What was pushed since the last mark. */
  popMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.damaged('no mark');
    return this.#stack.splice(mark);
  }

  tuple(length: number): void {
    const items = Array.from({ length }, () => this.pop());
    this.push(items.reverse(), CONTAINER_BYTES);
  }

  setItems(target: PickleValue, items: readonly PickleValue[]): void {
    const entries = target instanceof PickleObject ? target.entries : target;
    if (!(entries instanceof Map) || items.length % 2 !== 0) throw this.damaged('items of no dictionary');
    for (let index = 0; index < items.length; index += 2) entries.set(items[index]!, items[index + 1]!);
  }

  append(target: PickleValue, items: readonly PickleValue[]): void {
    const list = target instanceof PickleObject ? target.items : target;
    if (!Array.isArray(list)) throw this.damaged('items of no list');
    // One at a time: spread into an argument list, a long list overflows the call stack.
    for (const item of items) list.push(item);
  }

  build(callable: PickleValue, args: PickleValue): void {
    if (!Array.isArray(args)) throw this.damaged('a call without arguments');
    this.push(new PickleObject(callable, args), OBJECT_BYTES);
  }

  persistent(id: PickleValue): void {
    const reference = new PersistentId(id);
    this.persistentIds.push(reference);
    this.push(reference, CONTAINER_BYTES);
  }

  remember(index: number): void {
    this.#spent += SLOT_BYTES;
    this.memo.set(index, this.top());
  }

  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw this.damaged(`no memo ${index}`);
    this.push(value);
  }

  integer(text: string): number | bigint {
    if (!/^[+-]?\d+L?$/.test(text) || text.length > MAX_INTEGER_BYTES) throw this.damaged('a number that is none');
    return narrow(BigInt(text.replace('+', '').replace('L', '')));
  }

  /** A little-endian integer in two's complement. */
  long(length: number): number | bigint {
    if (length > MAX_INTEGER_BYTES) throw this.damaged(`an integer of ${length} bytes`);
    const hex = Buffer.from(this.take(length)).reverse().toString('hex');
    return narrow(BigInt.asIntN(8 * length, BigInt(`0x0${hex}`)));
  }
}

const narrow = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

const STOP = 0x2e;

/** Opcodes as Python's `pickletools` names them; the first byte of each is a character up to protocol 1. */
const OPERATIONS: ReadonlyMap<number, (machine: Machine) => void> = new Map(
  Object.entries<(machine: Machine) => void>({
    // Protocols 0 and 1.
    '(': m => m.mark(), // MARK
    '0': m => void m.pop(), // POP
    '1': m => void m.popMark(), // POP_MARK
    '2': m => m.push(m.top()), // DUP
    F: m => m.push(Number(m.line())), // FLOAT
    I: m => m.push(readInt(m)), // INT
    J: m => m.push(m.take(4).readInt32LE()), // BININT
    K: m => m.push(m.byte()), // BININT1
    L: m => m.push(m.integer(m.line())), // LONG
    M: m => m.push(m.take(2).readUInt16LE()), // BININT2
    N: m => m.push(null), // NONE
    P: m => m.persistent(m.line()), // PERSID
    Q: m => m.persistent(m.pop()), // BINPERSID
    R: m => reduce(m), // REDUCE
    S: m => m.push(unquote(m, m.line())), // STRING
    T: m => m.text(m.take(m.uint32()), 'latin1'), // BINSTRING
    U: m => m.text(m.take(m.byte()), 'latin1'), // SHORT_BINSTRING
    V: m => m.push(unescapeUnicode(m.line())), // UNICODE
    X: m => m.text(m.take(m.uint32()), 'utf8'), // BINUNICODE
    a: m => append(m, [m.pop()]), // APPEND
    b: m => build(m), // BUILD
    c: m => m.push(new PickleGlobal(m.line(), m.line()), CONTAINER_BYTES), // GLOBAL
    d: m => makeDictionary(m, m.popMark()), // DICT
    e: m => append(m, m.popMark()), // APPENDS
    g: m => m.recall(Number(m.line())), // GET
    h: m => m.recall(m.byte()), // BINGET
    i: m => m.build(new PickleGlobal(m.line(), m.line()), m.popMark()), // INST
    j: m => m.recall(m.uint32()), // LONG_BINGET
    l: m => m.push(m.popMark(), CONTAINER_BYTES), // LIST
    o: m => makeInstance(m, m.popMark()), // OBJ
    p: m => m.remember(Number(m.line())), // PUT
    q: m => m.remember(m.byte()), // BINPUT
    r: m => m.remember(m.uint32()), // LONG_BINPUT
    s: m => setItem(m), // SETITEM
    t: m => m.push(m.popMark(), CONTAINER_BYTES), // TUPLE
    u: m => setItems(m, m.popMark()), // SETITEMS
    ')': m => m.push([], CONTAINER_BYTES), // EMPTY_TUPLE
    ']': m => m.push([], CONTAINER_BYTES), // EMPTY_LIST
    '}': m => m.push(new Map(), DICTIONARY_BYTES), // EMPTY_DICT
    G: m => m.push(m.take(8).readDoubleBE()), // BINFLOAT
    // Protocol 2.
    '\x80': m => checkProtocol(m, m.byte()), // PROTO
    '\x81': m => reduce(m), // NEWOBJ
    '\x85': m => m.tuple(1), // TUPLE1
    '\x86': m => m.tuple(2), // TUPLE2
    '\x87': m => m.tuple(3), // TUPLE3
    '\x88': m => m.push(true), // NEWTRUE
    '\x89': m => m.push(false), // NEWFALSE
    '\x8a': m => m.push(m.long(m.byte())), // LONG1
    '\x8b': m => m.push(m.long(m.uint32())), // LONG4
    // Protocol 3.
    B: m => m.push(m.take(m.uint32()), CONTAINER_BYTES), // BINBYTES
    C: m => m.push(m.take(m.byte()), CONTAINER_BYTES), // SHORT_BINBYTES
    // Protocol 4.
    '\x8c': m => m.text(m.take(m.byte()), 'utf8'), // SHORT_BINUNICODE
    '\x8d': m => m.text(m.take(m.uint64()), 'utf8'), // BINUNICODE8
    '\x8e': m => m.push(m.take(m.uint64()), CONTAINER_BYTES), // BINBYTES8
    '\x8f': m => m.push(new Set(), DICTIONARY_BYTES), // EMPTY_SET
    '\x90': m => addItems(m, m.popMark()), // ADDITEMS
    '\x91': m => m.push(new Set(m.popMark()), DICTIONARY_BYTES), // FROZENSET
    '\x92': m => reduceWithKeywords(m), // NEWOBJ_EX
    '\x93': m => stackGlobal(m), // STACK_GLOBAL
    '\x94': m => m.remember(m.memo.size), // MEMOIZE
    '\x95': m => void m.take(8), // FRAME
    // Protocol 5.
    '\x96': m => m.push(m.take(m.uint64()), CONTAINER_BYTES), // BYTEARRAY8
    '\x98': () => {}, // READONLY_BUFFER
  }).map(([character, operation]) => [character.charCodeAt(0), operation]),
);

function checkProtocol(machine: Machine, protocol: number): void {
  if (protocol > 5) throw machine.damaged(`unknown protocol ${protocol}`);
}

function readInt(machine: Machine): PickleValue {
  const text = machine.line();
  // Booleans of protocol 0.
  return text === '00' || text === '01' ? text === '01' : machine.integer(text);
}

function reduce(machine: Machine): void {
  const args = machine.pop();
  machine.build(machine.pop(), args);
}

function reduceWithKeywords(machine: Machine): void {
  machine.pop();
  reduce(machine);
}

function makeInstance(machine: Machine, [callable, ...args]: PickleValue[]): void {
  if (callable === undefined) throw machine.damaged('an instance of nothing');
  machine.build(callable, args);
}

function build(machine: Machine): void {
  const state = machine.pop();
  const target = machine.top();
  // Only instances keep a state; a dictionary's attributes are nobody's parameters.
  if (target instanceof PickleObject) target.state = state;
}

function stackGlobal(machine: Machine): void {
  const name = machine.pop();
  const module = machine.pop();
  if (typeof module !== 'string' || typeof name !== 'string') throw machine.damaged('a class without a name');
  machine.push(new PickleGlobal(module, name), CONTAINER_BYTES + 2 * (module.length + name.length));
}

function append(machine: Machine, items: readonly PickleValue[]): void {
  machine.append(machine.top(), items);
}

function setItem(machine: Machine): void {
  const value = machine.pop();
  setItems(machine, [machine.pop(), value]);
}

function setItems(machine: Machine, items: readonly PickleValue[]): void {
  machine.setItems(machine.top(), items);
}

function makeDictionary(machine: Machine, items: readonly PickleValue[]): void {
  machine.push(new Map(), DICTIONARY_BYTES);
  setItems(machine, items);
}

function addItems(machine: Machine, items: readonly PickleValue[]): void {
  const set = machine.top();
  if (!(set instanceof Set)) throw machine.damaged('items of no set');
  for (const item of items) set.add(item);
}

/** A quoted string of protocol 0, as Python 2 wrote it. */
function unquote(machine: Machine, text: string): string {
  const quoted = /^(['"])(.*)\1$/s.exec(text)?.[2];
  if (quoted === undefined) throw machine.damaged('a string without quotes');
  return quoted.replace(/\\(x[0-9a-f]{2}|.)/gi, (_, code: string) =>
    code.length > 1 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (ESCAPES.get(code) ?? code),
  );
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

const unescapeUnicode = (text: string): string =>
  text.replace(/\\u([0-9a-f]{4})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
