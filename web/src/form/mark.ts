/** What is said at a field: by a rule, by a reviewer. */
export interface Mark {
  readonly tone: 'error' | 'warning' | 'comment';
  readonly text: string;
}

/** Marks by JSON pointer, the empty one for the whole. */
export type Marks = ReadonlyMap<string, readonly Mark[]>;

export const NO_MARKS: Marks = new Map();

interface Problem {
  readonly path: readonly string[];
  readonly message: string;
  readonly severity: 'REFUSAL' | 'WARNING';
}

/** Where a problem belongs: `content` is the form, anything else a field beside it. */
export function pointerOf(path: readonly string[]): string {
  const rest = path[0] === 'writing' ? path.slice(1) : path;
  if (rest[0] === 'content') return rest.slice(1).map((part) => `/${part}`).join('');
  return rest.length === 0 ? '' : `#${rest.join('.')}`;
}

export function marksOf(problems: readonly Problem[], comments: readonly { path: string; text: string }[] = []): Marks {
  const marks = new Map<string, Mark[]>();
  const add = (pointer: string, mark: Mark): void => {
    const there = marks.get(pointer);
    if (there) there.push(mark);
    else marks.set(pointer, [mark]);
  };
  for (const { path, message, severity } of problems) {
    add(pointerOf(path), { tone: severity === 'REFUSAL' ? 'error' : 'warning', text: message });
  }
  for (const { path, text } of comments) add(path, { tone: 'comment', text });
  return marks;
}

/** Marks that stand at no field that is shown: they are told above. */
export function strays(marks: Marks, shown: (pointer: string) => boolean): readonly Mark[] {
  return [...marks].flatMap(([pointer, said]) => (shown(pointer) ? [] : said));
}
