/** How often a family of cases is drawn. */
export const DRAWS = 3;

/** The first seed; the others follow it. BASIN_SEED begins elsewhere. */
export const FIRST_SEED = Number(process.env.BASIN_SEED ?? 0);
