import { useSyncExternalStore } from 'react';

/** A value outside of React that pages follow. */
export interface Store<T> {
  readonly get: () => T;
  readonly set: (value: T) => void;
  readonly follow: (hear: () => void) => () => void;
}

export function store<T>(initial: T): Store<T> {
  let now = initial;
  const heard = new Set<() => void>();
  return {
    get: () => now,
    set(value) {
      if (Object.is(value, now)) return;
      now = value;
      for (const hear of heard) hear();
    },
    follow(hear) {
      heard.add(hear);
      return () => heard.delete(hear);
    },
  };
}

export function useStore<T>(of: Store<T>): T {
  return useSyncExternalStore(of.follow, of.get);
}
