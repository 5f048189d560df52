/** States of an own record, in the order of its way. */
export const RECORD_STATES = ['DRAFT', 'RETURNED', 'IN_REVIEW', 'FINAL', 'WITHDRAWN'] as const;

export type RecordState = (typeof RECORD_STATES)[number];

export function isRecordState(text: unknown): text is RecordState {
  return RECORD_STATES.some((state) => state === text);
}
