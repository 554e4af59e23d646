/** What of a checkpoint is looked at. */
export const tabNames = ['landscape', 'spectrum', 'sharpness', 'volume'] as const;

export type TabName = (typeof tabNames)[number];
