import { whileWorking } from '../analysis/snapshots.ts';
import { type LogMean, logMean } from '../analysis/volume/estimate.ts';
import { type Basin, localVolume, type VolumeState } from '../analysis/volume/localVolume.ts';
import { gaussians } from '../direction/gaussian.ts';
import { inputError, usageError } from '../errors.ts';
import type { VolumeRequest } from '../protocol.ts';
import { type LocalVolume, type LogVolume, toJsonNumber, type VolumePrior } from '../results.ts';
import {
  DEFAULT_CUTOFF,
  DEFAULT_DIRECTIONS,
  DEFAULT_PRECONDITIONER,
  DIRECTIONS_MAX,
  OTHER_CUTOFFS,
} from '../volumePlan.ts';
import type { Problem } from './problem.ts';
import type { VolumePart, VolumeStep } from './volumePart.ts';
import { preconditionerOf } from './volumePreconditioner.ts';
import { openUntrained, priorOf } from './volumePrior.ts';

/** By how much ln of the volume may be off for the brackets of radii, in nats. */
const BRACKET_ERROR = 0.1;

type Asked = Pick<VolumeRequest, 'directions' | 'cutoff' | 'preconditioner' | 'basin' | 'sigma' | 'sensitivity'>;

/** What a request asks of a local volume, defaults filled in. Throws `usage` where it means nothing. */
export function localSettings(request: Asked) {
  const {
    directions = DEFAULT_DIRECTIONS,
    cutoff = DEFAULT_CUTOFF,
    preconditioner = DEFAULT_PRECONDITIONER,
    sensitivity = false,
  } = request;
  if (!Number.isInteger(directions) || directions < 2 || directions > DIRECTIONS_MAX) {
    throw usageError(`${directions} directions make no estimate; take from 2 to ${DIRECTIONS_MAX}.`);
  }
  if (!(cutoff > 0 && Number.isFinite(cutoff))) throw usageError(`The cutoff ${cutoff} is no number above 0.`);
  const cutoffs = [cutoff, ...(sensitivity ? OTHER_CUTOFFS.map(factor => factor * cutoff) : [])];
  return { directions, cutoffs, preconditioner } as const;
}

/**
 * The volume of a checkpoint's basin as a part of a result; what is kept of it unfinished is gone on with.
 * Throws `usage` and `input` where there is no such prior or basin.
 */
export async function prepareLocal(
  problem: Problem,
  request: VolumeRequest,
  signal: AbortSignal,
): Promise<VolumePart<LocalVolume>> {
  const prior = priorOf(problem, await openUntrained(problem, request.checkpoint, signal), request.sigma);
  return prepareLocalWith(problem, request, prior, signal);
}

/** The same with a prior that is known. */
export async function prepareLocalWith(
  problem: Problem,
  request: Omit<Asked, 'sigma'>,
  prior: VolumePrior,
  signal: AbortSignal,
): Promise<VolumePart<LocalVolume>> {
  const { directions, cutoffs, preconditioner } = localSettings(request);
  const { name, divergence } = await basinOf(problem, request.basin, signal);
  const asked = { basin: name, prior, preconditioner, directions };
  return {
    settings: { directions, cutoffs, preconditioner, basin: name, sigma: prior.sigma },
    total: directions * cutoffs.length,
    memoryBytes: 0,
    async *compute(known, stop) {
      const kept = known === null ? null : stateOf(known);
      yield { value: known, done: kept?.rays.length ?? 0, secondsLeft: null, stage: 'preconditioner' };
      const stretched = await preconditionerOf(problem, preconditioner, cutoffs[0]!, prior, stop);
      const prepared = performance.now();
      const before = kept?.rays.length ?? 0;
      const states: VolumeState[] = [];
      let done = before;
      const follow = async (own: AbortSignal): Promise<void> => {
        for (const [index, cutoff] of cutoffs.entries()) {
          const { origin, concurrency } = problem.objective;
          const basin: Basin = { origin, cutoff, divergence, concurrency };
          const plan = {
            prior,
            directions,
            preconditioner: stretched,
            draw: (ray: number) => directionOf(problem, ray),
            tolerance: BRACKET_ERROR,
            ...(index === 0 && kept !== null && { known: kept }),
          };
          for await (const state of localVolume(basin, plan, own)) {
            states[index] = state;
            done = index * directions + state.rays.length;
          }
        }
      };
      // An interval takes longer to find than a ray where there are many.
      yield* whileWorking(stop, follow, (): VolumeStep<LocalVolume> => {
        const secondsEach = (performance.now() - prepared) / 1000 / (done - before);
        return {
          value: states.length === 0 ? known : toLocalVolume(states, cutoffs, asked, problem.seed),
          done,
          // The first ray looks for its radius from afar, and tells how far rounding goes.
          secondsLeft: done - before < 3 ? null : secondsEach * (directions * cutoffs.length - done),
          stage: 'directions',
        };
      });
    },
  };
}

/** What is known of rays that were followed before; a bracket's error is known of all of them together. */
const stateOf = ({ logMasses, radii, bracketError, roundingError, evaluations }: LocalVolume): VolumeState => ({
  rays: logMasses.map((logMass, index) => {
    const radius = Number(radii[index]);
    return {
      index,
      radius,
      isOpen: radius === Number.POSITIVE_INFINITY,
      logMass: Number(logMass),
      error: bracketError,
    };
  }),
  evaluations,
  rounding: roundingError,
});

/** Standard normal numbers, by the seed, the direction and each parameter's name. */
function directionOf({ objective, seed }: Problem, ray: number): Float64Array {
  const direction = new Float64Array(objective.origin.length);
  for (const { key, offset, size } of objective.slots)
    direction.set(gaussians([seed, 'volume', ray, key], size), offset);
  return direction;
}

/** What is held below the cutoff. Throws `input` where outputs are no distributions and `kl` was asked for. */
async function basinOf(
  { objective }: Problem,
  asked: VolumeRequest['basin'],
  signal: AbortSignal,
): Promise<{ readonly name: LocalVolume['basin']; readonly divergence: Basin['divergence'] }> {
  if (asked !== 'loss') {
    const divergence = await objective.divergenceFrom(objective.origin, signal);
    if (divergence !== null) return { name: 'kl', divergence };
    if (asked === 'kl') {
      throw inputError(
        'The outputs of this network are no distributions for its loss, so that they have no KL divergence; take --basin loss.',
      );
    }
  }
  const { loss } = await objective.evaluate(objective.origin, signal);
  return { name: 'loss', divergence: async (theta, own) => (await objective.evaluate(theta, own)).loss - loss };
}

/** What states of all cutoffs say, the first of which is the one that was asked for. */
function toLocalVolume(
  states: readonly VolumeState[],
  cutoffs: readonly number[],
  asked: Pick<LocalVolume, 'basin' | 'prior' | 'preconditioner' | 'directions'>,
  seed: number,
): LocalVolume {
  const { rays, rounding } = states[0]!;
  const means = states.map(state =>
    logMean(
      state.rays.map(({ logMass }) => logMass),
      seed,
    ),
  );
  const logVolumes = means.map(toLogVolume);
  const order = cutoffs
    .slice(0, states.length)
    .map((cutoff, index) => ({ cutoff, value: means[index]!.value, logVolume: logVolumes[index]! }));
  order.sort((one, other) => one.cutoff - other.cutoff);
  const [least, most] = [order[0]!, order.at(-1)!];
  return {
    ...asked,
    cutoff: cutoffs[0]!,
    logVolume: logVolumes[0]!,
    logMasses: rays.map(({ logMass }) => toJsonNumber(logMass)),
    radii: rays.map(({ radius, isOpen }) => (isOpen ? 'Infinity' : toJsonNumber(radius))),
    bracketError: rays.reduce((largest, { error }) => Math.max(largest, error), 0),
    roundingError: rounding,
    evaluations: states.reduce((sum, { evaluations }) => sum + evaluations, 0),
    ...(order.length === cutoffs.length &&
      order.length > 1 && {
        sensitivity: {
          cutoffs: order.map(({ cutoff }) => cutoff),
          logVolumes: order.map(({ logVolume }) => logVolume),
          slope: toJsonNumber((most.value - least.value) / Math.log(most.cutoff / least.cutoff)),
        },
      }),
  };
}

const toLogVolume = ({ value, lower, upper, effectiveSamples, deviation, verdict }: LogMean): LogVolume => ({
  value: toJsonNumber(value),
  lower: toJsonNumber(lower),
  upper: upper === null ? null : toJsonNumber(upper),
  effectiveSamples: toJsonNumber(effectiveSamples),
  deviation: toJsonNumber(deviation),
  verdict,
});
