import manifest from '../package.json' with { type: 'json' };

/** Basin's own version. */
export const BASIN_VERSION: string = manifest.version;
