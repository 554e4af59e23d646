/** What of a checkpoint is looked at. */
export const tabNames = ['landscape', 'spectrum', 'sharpness'] as const;

export type TabName = (typeof tabNames)[number];
