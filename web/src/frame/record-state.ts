/** States of an own record, in the order of its way. */
export const RECORD_STATES = ['DRAFT', 'RETURNED', 'IN_REVIEW', 'FINAL', 'WITHDRAWN'] as const;

export type RecordState = (typeof RECORD_STATES)[number];

/** Lists of own records: one for each state, and what waits for oneself to confirm it. */
export const RECORD_LISTS = ['TO_CONFIRM', ...RECORD_STATES] as const;

export type RecordList = (typeof RECORD_LISTS)[number];

export function isRecordList(text: unknown): text is RecordList {
  return RECORD_LISTS.some((list) => list === text);
}
