import { type Disposable, EventEmitter, ProgressLocation, window } from 'vscode';
import { messageOf } from '../worker/errors.ts';
import type { DeviceName, DevicesResult } from '../worker/results.ts';
import { deviceItems, deviceLines, sentences } from './deviceTexts.ts';
import type { Engine } from './engine.ts';
import type { Settings } from './settings.ts';
import { offerTrust, refusalInRestrictedMode } from './trust.ts';
import type { Log } from './workerProcess.ts';

/** What is known of this machine's devices: nothing until someone asks, since asking tries each of them. */
export class Devices implements Disposable {
  readonly #engine: Engine;
  readonly #settings: () => Settings;
  readonly #log: Log;
  readonly #changed = new EventEmitter<void>();
  #known: DevicesResult | undefined;
  #asked = false;

  readonly onDidChange = this.#changed.event;

  constructor(engine: Engine, settings: () => Settings, log: Log) {
    this.#engine = engine;
    this.#settings = settings;
    this.#log = log;
  }

  get known(): DevicesResult | undefined {
    return this.#known;
  }

  /** Learns the devices after a computation, once; who computes on the processor has no GPU touched. */
  async learn(): Promise<void> {
    if (this.#asked || this.#settings().device === 'cpu') return;
    try {
      await this.#ask();
    } catch (error) {
      this.#log('warn', `The devices could not be listed: ${messageOf(error)}`);
    }
  }

  /** Forgets them, as another ONNX Runtime may have others. */
  forget(): void {
    this.#asked = false;
    this.#known = undefined;
    this.#changed.fire();
  }

  /** Lists them to the user, who may choose another. */
  async show(choose: (device: DeviceName | 'auto') => Thenable<void>): Promise<void> {
    const refusal = refusalInRestrictedMode();
    if (refusal !== undefined) return offerTrust(refusal);
    const devices = await window.withProgress(
      { location: ProgressLocation.Window, title: 'Basin tries the devices' },
      () => this.#ask(),
    );
    for (const line of deviceLines(devices)) this.#log('info', line);
    const picked = await window.showQuickPick(deviceItems(devices, this.#settings().device), {
      title: 'Devices',
      placeHolder: 'Where landscapes are computed; choose one to change the setting basin.device',
      matchOnDetail: true,
    });
    if (picked === undefined) return;
    const { report } = picked;
    if (report === undefined || report.usable) await choose(report?.name ?? 'auto');
    else
      await window.showInformationMessage(`${report.name} cannot be used.`, { modal: true, detail: sentences(report) });
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #ask(): Promise<DevicesResult> {
    this.#asked = true;
    this.#known = await this.#engine.devices();
    this.#changed.fire();
    return this.#known;
  }
}
